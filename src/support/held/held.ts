import { withDatabaseErrors } from '../../database/database.js';
import { RequestProblem } from '../../errors/request-problem.js';
import type { SupportParts } from '../parts.js';

type Parts = Pick<SupportParts, 'database'>;

/** Deactivations that a person decides. The contract's shape. */
export type Held = { id: string; teamId: string; userIds: string[]; since: string };

/** The open holds, the oldest first, one at a time: each may name 10,000 users, and every team may have one. */
export async function* heldChanges({ database }: Parts): AsyncGenerator<Held> {
  let after = { position: '-infinity', id: nobody };
  for (;;) {
    const [hold] = await withDatabaseErrors(
      () => database.$queryRaw<(Omit<Held, 'since'> & { since: Date; position: string })[]>`
        SELECT id::text, team_id::text AS "teamId", user_ids::text[] AS "userIds", since, since::text AS position
        FROM held_changes
        WHERE resolution IS NULL AND (since, id) > (${after.position}::timestamptz, ${after.id}::uuid)
        ORDER BY since, id LIMIT 1`,
    );
    if (hold === undefined) return;
    const { id, teamId, userIds, since, position } = hold;
    yield { id, teamId, userIds, since: since.toISOString() };
    after = { position, id };
  }
}

const nobody = '00000000-0000-0000-0000-000000000000';

/** An open hold as a page shows it: how many, and some of them. */
export type HoldGlance = { id: string; teamId: string; since: string; users: number; userIds: string[] };
export type HoldsPage = { holds: HoldGlance[]; from: number; total: number };

/** Each is decided by a person who asks a customer first. */
export const holdsPerPage = 20;
/** Of each hold on the list of all; the rest is on its own page. */
const usersAtAGlance = 10;
/** A person compares them with the customer's list; the next page is one click away. */
export const usersPerPage = 200;

/** @param from how many of the oldest come before this page */
export async function heldPage({ database }: Parts, from = 0): Promise<HoldsPage> {
  const rows = await withDatabaseErrors(
    () => database.$queryRaw<(Omit<HoldGlance, 'since'> & { since: Date; total: number })[]>`
      SELECT id::text, team_id::text AS "teamId", since, cardinality(user_ids) AS users,
        user_ids[1:${usersAtAGlance}::int]::text[] AS "userIds", (count(*) OVER ())::int AS total
      FROM held_changes WHERE resolution IS NULL ORDER BY since, id LIMIT ${holdsPerPage} OFFSET ${from}`,
  );
  const holds = rows.map(({ total, since, ...hold }) => ({ ...hold, since: since.toISOString() }));
  return { holds, from, total: rows[0]?.total ?? 0 };
}

/** One open hold, with a page of its users. @throws RequestProblem when there is none, or somebody has decided already */
export async function heldUsers(parts: Parts, id: string, from = 0): Promise<HoldGlance & { from: number }> {
  const [hold] = await withDatabaseErrors(
    () => parts.database.$queryRaw<(Omit<HoldGlance, 'since'> & { since: Date } & Resolved)[]>`
      SELECT id::text, team_id::text AS "teamId", since, cardinality(user_ids) AS users, resolution,
        resolved_at AS "resolvedAt",
        user_ids[${from + 1}::int:${from + usersPerPage}::int]::text[] AS "userIds"
      FROM held_changes WHERE id::text = lower(${id})`,
  );
  const { since, resolution, resolvedAt, ...open } = await stillOpen(parts, id, hold);
  return { ...open, since: since.toISOString(), from };
}

export type OpenHold = { id: string; teamId: string; userIds: string[] };

/**
 * A hold by the id that a person saw. One that has grown since is another hold, with another id: nobody decides about people
 * whom they did not see.
 * @throws RequestProblem when there is none, or somebody has decided already
 */
export async function openHold(parts: Parts, id: string): Promise<OpenHold> {
  const [hold] = await withDatabaseErrors(
    () => parts.database.$queryRaw<(OpenHold & Resolved)[]>`
      SELECT id::text, team_id::text AS "teamId", user_ids::text[] AS "userIds", resolution, resolved_at AS "resolvedAt"
      FROM held_changes WHERE id::text = lower(${id})`,
  );
  return stillOpen(parts, id, hold);
}

type Resolved = { id: string; resolution: string | null; resolvedAt: Date | null };

async function stillOpen<Hold extends Resolved>(parts: Parts, id: string, hold: Hold | undefined): Promise<Hold> {
  if (hold === undefined) throw new RequestProblem('not_found', `Nothing is held as ${id}. See \`held\`.`);
  if (hold.resolution === null) return hold;
  if (hold.resolution === 'replaced') {
    const more = `Hold ${hold.id} was replaced by another one: more people are missing by now. Nothing was done.`;
    throw new RequestProblem('conflict', `${more} Look at who they are (\`held\`), and decide about that one.`);
  }
  const who = await decidedBy(parts, hold.id);
  const what = { released: 'released', discarded: 'discarded', seen_again: 'void: a sweep saw the users again' };
  throw new RequestProblem(
    'conflict',
    `Hold ${hold.id} was ${what[hold.resolution as keyof typeof what]} already` +
      `${who === null ? '' : ` by ${who}`}, on ${hold.resolvedAt?.toISOString() ?? 'an unknown date'}. Nothing was done.`,
  );
}

async function decidedBy({ database }: Parts, id: string): Promise<string | null> {
  const row = await withDatabaseErrors(() =>
    database.auditLog.findFirst({
      where: { target: `hold ${id}`, action: { in: ['release', 'discard'] } },
      orderBy: { id: 'desc' },
    }),
  );
  return row?.actor ?? null;
}
