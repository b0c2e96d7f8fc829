import { type ReasonedAct, recordAct } from '../../database/audit.js';
import { type Database, withDatabaseErrors } from '../../database/database.js';
import { RequestProblem } from '../../errors/request-problem.js';

type Parts = { database: Database };

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

/** What a person needs to know before they decide. */
export type HoldSummary = {
  id: string;
  teamId: string;
  teamName: string;
  /** The number of held users. */
  users: number;
  /** The number of the team's active users; the held users are among them. */
  activeUsers: number;
  since: string;
  /** The start of the last complete listing of the team, and the number of members in it. */
  listedAt: string | null;
  listedMembers: number | null;
  /** The first held users by name. */
  first: HeldPerson[];
};

export type HeldPerson = {
  userId: string;
  /** Empty when the row has been removed. */
  name: string;
  email: string;
  status: 'active' | 'deactivated' | 'removed';
  memberId: string | null;
  externalId: string | null;
};

export type HoldsPage = { holds: HoldSummary[]; from: number; total: number };

/** Each is decided by a person who asks a customer first. */
export const holdsPerPage = 20;
/** Users of each hold in a summary. The hold's own page has all. */
const firstShown = 10;
/** A person compares them with the customer's list. The next page is one click away. */
export const heldPeoplePerPage = 50;

/** The open holds, the oldest first. @param from the number of older holds before this page */
export async function heldPage(parts: Parts, from = 0): Promise<HoldsPage> {
  const rows = await withDatabaseErrors(
    () => parts.database.$queryRaw<{ id: string; total: number }[]>`
      SELECT id::text, (count(*) OVER ())::int AS total FROM held_changes WHERE resolution IS NULL
      ORDER BY since, id LIMIT ${holdsPerPage} OFFSET ${from}`,
  );
  const holds = await summariesOf(
    parts,
    rows.map(({ id }) => id),
  );
  return { holds, from, total: rows[0]?.total ?? 0 };
}

/** One open hold. @throws RequestProblem, as `openHold` */
export async function holdSummary(parts: Parts, id: string): Promise<HoldSummary> {
  const { id: holdId } = await holdRow(parts, id);
  const [summary] = await summariesOf(parts, [holdId]);
  if (summary === undefined) throw noSuchHold(id);
  return summary;
}

/** The team's open hold; null when nothing is held. */
export async function holdOfTeam(parts: Parts, teamId: string): Promise<HoldSummary | null> {
  const rows = await withDatabaseErrors(() =>
    parts.database.heldChange.findMany({ where: { teamId, resolution: null }, select: { id: true }, take: 1 }),
  );
  const [summary] = await summariesOf(
    parts,
    rows.map(({ id }) => id),
  );
  return summary ?? null;
}

type SummaryRow = Omit<HoldSummary, 'since' | 'listedAt' | 'first'> & { since: Date; listedAt: Date | null };

async function summariesOf(parts: Parts, ids: readonly string[]): Promise<HoldSummary[]> {
  if (ids.length === 0) return [];
  const rows = await withDatabaseErrors(
    () => parts.database.$queryRaw<SummaryRow[]>`
      SELECT h.id::text, h.team_id::text AS "teamId", t.name AS "teamName", cardinality(h.user_ids) AS users,
        (SELECT count(*)::int FROM users u WHERE u.team_id = h.team_id AND u.status = 'active') AS "activeUsers",
        h.since, s.swept_at AS "listedAt", s.swept_members AS "listedMembers"
      FROM held_changes h JOIN teams t ON t.id = h.team_id LEFT JOIN team_syncs s ON s.team_id = h.team_id
      WHERE h.id = ANY(${ids}::uuid[]) ORDER BY h.since, h.id`,
  );
  const summaries: HoldSummary[] = [];
  for (const { since, listedAt, ...row } of rows) {
    const { people: first } = await heldPeople(parts, row.id, { limit: firstShown });
    summaries.push({ ...row, since: since.toISOString(), listedAt: listedAt?.toISOString() ?? null, first });
  }
  return summaries;
}

/** `10,000 of 10,004 active users (99.96 %)`. Pure. */
export function shareText({ users, activeUsers }: Pick<HoldSummary, 'users' | 'activeUsers'>): string {
  const number = (value: number) => value.toLocaleString('en');
  if (activeUsers === 0) return `${number(users)} users, none of them active`;
  const share = Math.min(100, Math.round((users / activeUsers) * 10_000) / 100);
  return `${number(users)} of ${number(activeUsers)} active users (${share} %)`;
}

export type HeldPeoplePage = { people: HeldPerson[]; from: number; total: number };

/**
 * Held users by name, those of one page.
 * @param query.q part of a name or an e-mail, or a whole id
 */
export async function heldPeople(
  { database }: Parts,
  holdId: string,
  query: { q?: string; from?: number; limit?: number } = {},
): Promise<HeldPeoplePage> {
  const { q = '', from = 0, limit = heldPeoplePerPage } = query;
  const rows = await withDatabaseErrors(
    () => database.$queryRaw<(HeldPerson & { total: number })[]>`
      SELECT h.user_id::text AS "userId", COALESCE(u.name, '') AS name, COALESCE(u.email, '') AS email,
        COALESCE(u.status, 'removed') AS status, u.stytch_member_id AS "memberId", u.scim_external_id AS "externalId",
        (count(*) OVER ())::int AS total
      FROM (SELECT DISTINCT unnest(user_ids) AS user_id FROM held_changes WHERE id = ${holdId}::uuid) h
      LEFT JOIN users u ON u.id = h.user_id
      WHERE ${q} = '' OR position(lower(${q}) IN lower(u.name)) > 0 OR position(lower(${q}) IN lower(u.email)) > 0
        OR h.user_id::text = lower(${q}) OR u.stytch_member_id = ${q} OR u.scim_external_id = ${q}
      ORDER BY lower(COALESCE(NULLIF(u.name, ''), u.email)), h.user_id LIMIT ${limit} OFFSET ${from}`,
  );
  return { people: rows.map(({ total: _, ...person }) => person), from, total: rows[0]?.total ?? 0 };
}

/** Users in memory at a time. */
const peopleAtOnce = 1_000;

/** All held users by name. */
export async function* eachHeldPerson(parts: Parts, holdId: string): AsyncGenerator<HeldPerson[]> {
  for (let from = 0; ; from += peopleAtOnce) {
    const { people } = await heldPeople(parts, holdId, { from, limit: peopleAtOnce });
    if (people.length > 0) yield people;
    if (people.length < peopleAtOnce) return;
  }
}

/**
 * A hold with all its users, by the id that a person saw. A hold that grows gets another id, so that nobody decides about
 * users whom they did not see.
 * @throws RequestProblem when there is no such hold, or it is decided already
 */
export async function openHold(parts: Parts, id: string): Promise<Held & { users: number }> {
  const { id: holdId } = await holdRow(parts, id);
  const [row] = await withDatabaseErrors(
    () => parts.database.$queryRaw<(Omit<Held, 'since'> & { since: Date })[]>`
      SELECT id::text, team_id::text AS "teamId", since, user_ids::text[] AS "userIds" FROM held_changes
      WHERE id = ${holdId}::uuid`,
  );
  if (row === undefined) throw noSuchHold(id);
  return { ...row, since: row.since.toISOString(), users: row.userIds.length };
}

type Resolved = { resolution: string | null; resolvedAt: Date | null };

/** An open hold. @throws RequestProblem when there is no such hold, or it is decided already */
async function holdRow(parts: Parts, id: string): Promise<{ id: string }> {
  const [row] = await withDatabaseErrors(
    () => parts.database.$queryRaw<({ id: string } & Resolved)[]>`
      SELECT id::text, resolution, resolved_at AS "resolvedAt" FROM held_changes WHERE id::text = lower(${id})`,
  );
  if (row === undefined) throw noSuchHold(id);
  if (row.resolution === null) return row;
  throw new RequestProblem('conflict', await resolvedText(parts, row));
}

function noSuchHold(id: string): RequestProblem {
  return new RequestProblem('not_found', `Nothing is held as ${id}. See \`held\`.`);
}

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

/** Who decides. `teamId`: the act of an admin of that team, which their activity shows. */
export type HoldAct = ReasonedAct & { teamId?: string };

export type Discarded = { id: string; teamId: string; discarded: string[] };

/** Leaves the users as they are. No sweep holds them again before a sweep has seen them. */
export async function discardHeld(parts: Parts, id: string, act: HoldAct): Promise<Discarded> {
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
  { details, teamId, ...act }: HoldAct & { details: Record<string, number> },
): Promise<number> {
  const ofTeam = teamId === undefined ? {} : { teamId };
  return withDatabaseErrors(() =>
    database.$transaction(async (tx) => {
      const count = await tx.$executeRaw`
        UPDATE held_changes SET resolution = ${resolution}, resolved_at = clock_timestamp()
        WHERE id = ${id}::uuid AND resolution IS NULL`;
      const action = resolution === 'released' ? 'release' : 'discard';
      const entry = { action, target: `hold ${id}`, details: { ...details, ...ofTeam } };
      if (count > 0) await recordAct(tx, act, entry);
      return count;
    }),
  );
}
