import { readingDatabase } from '../database.js';
import type { SupportParts } from './parts.js';
import { SupportProblem } from './problem.js';

/** Deactivations that a person decides. The contract's shape. */
export type Held = { id: string; teamId: string; userIds: string[]; since: string };

/** The open holds, the oldest first. */
export async function heldChanges({ database }: Pick<SupportParts, 'database'>): Promise<Held[]> {
  const rows = await readingDatabase(() =>
    database.heldChange.findMany({ where: { resolution: null }, orderBy: { since: 'asc' } }),
  );
  return rows.map(({ id, teamId, userIds, since }) => ({ id, teamId, userIds, since: since.toISOString() }));
}

export type OpenHold = { id: string; teamId: string; userIds: string[] };

/**
 * A hold by the id that a person saw. One that has grown since is another hold, with another id: nobody decides about people
 * whom they did not see.
 * @throws SupportProblem when there is none, or somebody has decided already
 */
export async function openHold({ database }: Pick<SupportParts, 'database'>, id: string): Promise<OpenHold> {
  const [hold] = await readingDatabase(
    () => database.$queryRaw<(OpenHold & { resolution: string | null; resolvedAt: Date | null })[]>`
      SELECT id::text, team_id::text AS "teamId", user_ids::text[] AS "userIds", resolution, resolved_at AS "resolvedAt"
      FROM held_changes WHERE id::text = lower(${id})`,
  );
  if (hold === undefined) throw new SupportProblem('not_found', `Nothing is held as ${id}. See \`held\`.`);
  if (hold.resolution === null) return hold;
  if (hold.resolution === 'replaced') {
    const more = `Hold ${hold.id} was replaced by another one: more people are missing by now. Nothing was done.`;
    throw new SupportProblem('conflict', `${more} Look at who they are (\`held\`), and decide about that one.`);
  }
  const who = await decidedBy({ database }, hold.id);
  const what = { released: 'released', discarded: 'discarded', seen_again: 'void: a sweep saw the users again' };
  throw new SupportProblem(
    'conflict',
    `Hold ${hold.id} was ${what[hold.resolution as keyof typeof what]} already` +
      `${who === null ? '' : ` by ${who}`}, on ${hold.resolvedAt?.toISOString() ?? 'an unknown date'}. Nothing was done.`,
  );
}

async function decidedBy({ database }: Pick<SupportParts, 'database'>, id: string): Promise<string | null> {
  const row = await readingDatabase(() =>
    database.auditLog.findFirst({
      where: { target: `hold ${id}`, action: { in: ['release', 'discard'] } },
      orderBy: { id: 'desc' },
    }),
  );
  return row?.actor ?? null;
}
