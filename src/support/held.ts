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

/** An open hold, with its fence as text, so that PostgreSQL's microseconds stay. */
export type OpenHold = { id: string; teamId: string; userIds: string[]; fence: string };

/** @throws SupportProblem when there is none, or somebody has decided already */
export async function openHold({ database }: Pick<SupportParts, 'database'>, id: string): Promise<OpenHold> {
  const [hold] = await readingDatabase(
    () => database.$queryRaw<(OpenHold & { resolution: string | null; resolvedAt: Date | null })[]>`
      SELECT id::text, team_id::text AS "teamId", user_ids::text[] AS "userIds", resolution, resolved_at AS "resolvedAt",
        to_char(fence AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS fence
      FROM held_changes WHERE id::text = lower(${id})`,
  );
  if (hold === undefined) throw new SupportProblem('not_found', `Nothing is held as ${id}. See \`held\`.`);
  if (hold.resolution === null) return hold;
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
