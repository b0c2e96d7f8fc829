import { type ReasonedAct, recordAct } from '../../database/audit.js';
import { withDatabaseErrors } from '../../database/database.js';
import { RequestProblem } from '../../errors/request-problem.js';
import type { SupportParts } from '../parts.js';

type Parts = Pick<SupportParts, 'database'>;

/** Deactivations that a person decides about. The contract's shape. */
export type Held = { id: string; teamId: string; userIds: string[]; since: string };

/** The open holds, the oldest first, one at a time: each may name 10,000 users, and each team may have one. */
export async function* heldChanges({ database }: Parts): AsyncGenerator<Held> {
  let after = { position: '-infinity', id: '00000000-0000-0000-0000-000000000000' };
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

/** An open hold as a page shows it: the number of users, and some of them. */
export type HoldGlance = Held & { users: number };
export type HoldsPage = { holds: HoldGlance[]; from: number; total: number };

/** Each is decided by a person who asks a customer first. */
export const holdsPerPage = 20;
/** Users of each hold in the list of holds. The hold's own page has all. */
const usersAtAGlance = 10;
/** A person compares them with the customer's list. The next page is one click away. */
export const usersPerPage = 200;

/** @param from the number of older holds before this page */
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

/** One open hold with a page of its users. @throws RequestProblem, as `openHold` */
export async function heldUsers(parts: Parts, id: string, from = 0): Promise<HoldGlance & { from: number }> {
  return { ...(await openHold(parts, id, { from, limit: usersPerPage })), from };
}

/** Users of one hold; PostgreSQL's largest array index. */
const everyUser = { from: 0, limit: 2 ** 31 - 1 };

/**
 * A hold by the id that a person saw. A hold that grows gets another id, so that nobody decides about users whom they did
 * not see.
 * @throws RequestProblem when there is no such hold, or it is decided already
 */
export async function openHold(parts: Parts, id: string, { from, limit } = everyUser): Promise<HoldGlance> {
  const [row] = await withDatabaseErrors(
    () => parts.database.$queryRaw<(Omit<HoldGlance, 'since'> & { since: Date } & Resolved)[]>`
      SELECT id::text, team_id::text AS "teamId", since, cardinality(user_ids) AS users, resolution,
        resolved_at AS "resolvedAt", user_ids[${from + 1}::int:${Math.min(from + limit, everyUser.limit)}::int]::text[] AS "userIds"
      FROM held_changes WHERE id::text = lower(${id})`,
  );
  if (row === undefined) throw new RequestProblem('not_found', `Nothing is held as ${id}. See \`held\`.`);
  const { since, resolution, resolvedAt, ...hold } = row;
  if (resolution === null) return { ...hold, since: since.toISOString() };
  throw new RequestProblem('conflict', await resolvedText(parts, { id: hold.id, resolution, resolvedAt }));
}

type Resolved = { resolution: string | null; resolvedAt: Date | null };

const resolutions: Record<string, string> = {
  released: 'released already',
  discarded: 'discarded already',
  seen_again: 'closed already: a sweep saw the users again',
};

async function resolvedText({ database }: Parts, { id, resolution, resolvedAt }: Resolved & { id: string }) {
  if (resolution === 'replaced') {
    return `Hold ${id} was replaced by another one: more people are missing by now. Nothing was done. Look at them (\`held\`), and decide about that hold.`;
  }
  const where = { target: `hold ${id}`, action: { in: ['release', 'discard'] } };
  const row = await withDatabaseErrors(() => database.auditLog.findFirst({ where, orderBy: { id: 'desc' } }));
  const by = row === null ? '' : ` by ${row.actor}`;
  const on = resolvedAt?.toISOString() ?? 'an unknown date';
  return `Hold ${id} was ${resolutions[String(resolution)] ?? resolution}${by}, on ${on}. Nothing was done.`;
}

export type Discarded = { id: string; teamId: string; discarded: string[] };

/** Leaves the users as they are. No sweep holds them again before a sweep has seen them. */
export async function discardHeld(parts: Parts, id: string, act: ReasonedAct): Promise<Discarded> {
  const hold = await openHold(parts, id);
  const count = await resolveHold(parts, hold.id, 'discarded', { ...act, details: { users: hold.users } });
  if (count === 0) await openHold(parts, id); // another person was faster: this throws who it was
  return { id: hold.id, teamId: hold.teamId, discarded: hold.userIds };
}

/** Closes a hold, with its row in the audit log. @returns 0 when it was not open any more */
export async function resolveHold(
  { database }: Parts,
  id: string,
  resolution: 'released' | 'discarded',
  { details, ...act }: ReasonedAct & { details: Record<string, number> },
): Promise<number> {
  return withDatabaseErrors(() =>
    database.$transaction(async (tx) => {
      const count = await tx.$executeRaw`
        UPDATE held_changes SET resolution = ${resolution}, resolved_at = clock_timestamp()
        WHERE id = ${id}::uuid AND resolution IS NULL`;
      const action = resolution === 'released' ? 'release' : 'discard';
      if (count > 0) await recordAct(tx, act, { action, target: `hold ${id}`, details });
      return count;
    }),
  );
}
