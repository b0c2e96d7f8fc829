import { type Database, databaseClock, withDatabaseErrors } from '../../database/database.js';
import { judgeAbsence } from '../../directory/absence.js';
import type { Change } from '../../directory/change.js';
import { earlierBy, type Instant } from '../../directory/instant.js';
import { asRecord } from '../../directory/json.js';
import { readingAt } from '../../directory/world.js';
import { PermanentError } from '../../errors/errors.js';
import { membersAtOnce } from '../../process/memory-budget.js';
import { converge } from '../apply/converge.js';
import { recordEvents } from '../apply/record-events.js';
import { readableMembers, searchByIds } from '../members/read-members.js';
import { reconcileMembers } from '../members/reconcile-members.js';
import { discardedUsers, discardSeenAgain, holdChanges, teamsWithHolds } from './held-changes.js';
import { changedIn, settleMembers } from './settle-members.js';
import type { BucketSum } from './shown-users.js';
import type { SweepDependencies } from './sweep-dependencies.js';
import { type Listing, optionsOf, type SweptTeam, withSpotCheck } from './sweep-listing.js';

/** A complete listing of a team, and the database's clock before its first page. */
export type FinishedListing = Pick<Listing, 'team' | 'shown'> & { started: Instant; organizationGone: boolean };

/**
 * Settles the active users that a complete listing did not show. Searches for them by id, a thousand a call; a user that is not
 * found that way either is missing. A few missing users are read by get, whose “not found” is accepted. Too many missing users
 * are held.
 * @returns the number of users that changed, and of those that are held
 */
export async function sweepAbsent(
  deps: SweepDependencies,
  listing: FinishedListing,
): Promise<{ changed: number; held: number }> {
  const teamId = listing.team.teamId;
  const expected = await withDatabaseErrors(() => checksums(deps.database, [teamId], listing.started));
  const buckets = listing.shown.differing(expected);
  const young = await missingYoung(deps, listing, buckets); // first: what is found below is dated anew
  const missing: Absentee[] = [];
  let changed = 0;
  for (let after = lowestId; ; ) {
    const part = await withDatabaseErrors(() => usersIn(deps, listing, buckets, after));
    const last = part.at(-1);
    if (last === undefined) break;
    after = last.userId;
    const search = await searchById(deps, listing, part);
    changed += search.changed;
    missing.push(...part.filter(({ memberId }) => !search.found.has(memberId)));
  }
  const judged = await judge(deps, listing, { missing, young: young.missing });
  return { changed: changed + young.changed + judged.changed, held: judged.held };
}

type Absentee = { userId: string; memberId: string };

const lowestId = '00000000-0000-0000-0000-000000000000';
/** The most ids in one search. */
const membersPerSearch = 1000;

/**
 * The teams whose listing showed every active user, and for which nobody has held or discarded deactivations. Nothing is left to
 * do for them.
 */
export async function findWhole(
  database: Database,
  listings: readonly Listing[],
  started: Instant,
): Promise<ReadonlySet<string>> {
  if (listings.length === 0) return new Set();
  const teamIds = listings.map(({ team }) => team.teamId);
  const sums = await withDatabaseErrors(() => checksums(database, teamIds, started));
  const held = new Set(await withDatabaseErrors(() => teamsWithHolds(database, teamIds)));
  const sumsOf = new Map<string, BucketSum[]>(teamIds.map((teamId) => [teamId, []]));
  for (const { teamId, ...sum } of sums) sumsOf.get(teamId)?.push(sum);
  const whole = listings.filter(({ team, shown }) => shown.differing(sumsOf.get(team.teamId) ?? []).length === 0);
  return new Set(whole.map(({ team }) => team.teamId).filter((teamId) => !held.has(teamId)));
}

type TeamBucket = BucketSum & { teamId: string };

/** The checksum of the active users in each bucket of shown-users.ts, without users that were created during the listing. */
function checksums(database: Database, teamIds: readonly string[], started: Instant): Promise<TeamBucket[]> {
  return database.$queryRaw<TeamBucket[]>`
    SELECT team_id::text AS "teamId", left(hash, 3) AS bucket,
      (sum(('x' || substr(hash, 4, 12))::bit(48)::bigint) % 281474976710656)::float8 AS sum -- 2^48
    FROM (
      SELECT team_id, md5(id::text) AS hash FROM users
      WHERE team_id = ANY(${teamIds}::uuid[]) AND status = 'active' AND stytch_member_id IS NOT NULL
        AND (created_at < ${started}::timestamptz OR created_at > clock_timestamp())
    ) u GROUP BY 1, 2`;
}

/**
 * A page of the active users in these buckets. Leaves out users that were created or read within the lag of searches, because
 * a search may not show them yet. A date in the future is impossible, so such users are not left out.
 */
function usersIn(
  { database, searchLagMs }: SweepDependencies,
  { team: { teamId }, started }: FinishedListing,
  buckets: string[],
  after: string,
) {
  const young = earlierBy(started, searchLagMs);
  return database.$queryRaw<Absentee[]>`
    SELECT id::text AS "userId", stytch_member_id AS "memberId" FROM users
    WHERE team_id = ${teamId}::uuid AND status = 'active' AND stytch_member_id IS NOT NULL
      AND (created_at < ${young}::timestamptz OR created_at > clock_timestamp())
      AND (observed_at IS NULL OR observed_at < ${young}::timestamptz OR observed_at > clock_timestamp())
      AND left(md5(id::text), 3) = ANY(${buckets}::text[]) AND id > ${after}::uuid
    ORDER BY id LIMIT ${membersPerSearch}`;
}

/** More young users than this have just joined, and the search is behind. Fewer may be leavers, so a get is worth it. */
const youngMax = 10;

/** Costs one search. More young users than that have just joined; the next sweep finds them. */
async function missingYoung(
  deps: SweepDependencies,
  listing: FinishedListing,
  buckets: string[],
): Promise<{ missing: Absentee[]; changed: number }> {
  const young = await withDatabaseErrors(() => youngUsersIn(deps, listing, buckets));
  if (young.length === 0 || young.length > membersPerSearch) return { missing: [], changed: 0 };
  const { found, changed } = await searchById(deps, listing, young);
  const missing = young.filter(({ memberId }) => !found.has(memberId));
  return { missing: missing.length > youngMax ? [] : missing, changed };
}

/** The active users in these buckets that were created before the listing, and that a search may not show yet. */
function youngUsersIn(
  { database, searchLagMs }: SweepDependencies,
  { team: { teamId }, started }: FinishedListing,
  buckets: string[],
) {
  const young = earlierBy(started, searchLagMs);
  return database.$queryRaw<Absentee[]>`
    SELECT id::text AS "userId", stytch_member_id AS "memberId" FROM users
    WHERE team_id = ${teamId}::uuid AND status = 'active' AND stytch_member_id IS NOT NULL
      AND created_at < ${started}::timestamptz AND GREATEST(created_at, observed_at) >= ${young}::timestamptz
      AND observed_at <= clock_timestamp() AND left(md5(id::text), 3) = ANY(${buckets}::text[])
    ORDER BY id LIMIT ${membersPerSearch + 1}`;
}

/** Ids of the members that a search found, and how many users changed. */
type SearchedById = { found: Set<unknown>; changed: number };

async function searchById(
  deps: SweepDependencies,
  { team, organizationGone }: FinishedListing,
  users: readonly Absentee[],
): Promise<SearchedById> {
  const { organizationId } = team;
  const all = { found: new Set<unknown>(), changed: 0 };
  if (organizationGone || organizationId === null) return all;
  const size = membersAtOnce(deps.memory, [organizationId]);
  for (let i = 0; i < users.length; i += size) {
    const part = users.slice(i, i + size);
    const bytes = part.length * deps.memory.bytesPerMember([organizationId]);
    const one = await deps.memory.hold(bytes, (room) =>
      searchPart({ ...deps, room }, { ...team, organizationId }, part),
    );
    for (const memberId of one.found) all.found.add(memberId);
    all.changed += one.changed;
  }
  return all;
}

async function searchPart(
  deps: SweepDependencies,
  { organizationId, occasion }: SweptTeam & { organizationId: string },
  users: readonly Absentee[],
): Promise<SearchedById> {
  const { database, stytch, rereads, searchLagMs, divide, room } = deps;
  const fence = await withDatabaseErrors(() => databaseClock(database));
  const memberIds = users.map(({ memberId }) => memberId);
  const pages = await divide.ids(
    memberIds,
    (part) => searchByIds(stytch, { organizationIds: [organizationId], memberIds: [...part] }, { room }),
    skipRefusedId,
  );
  const members = pages.flatMap((page) => page.members);
  const unreadable = new Set(memberIds);
  const readable = readableMembers(members).filter(({ memberId }) => unreadable.delete(memberId));
  const tasks = readable.map((member) => {
    return { reading: readingAt({ member, isDirect: false }, fence, searchLagMs), occasions: [occasion] };
  });
  const converged = await converge(withSpotCheck(deps), tasks, optionsOf(deps));
  const settled = await settleMembers(deps, converged, () => occasion);
  const found = new Set(members.map((member) => asRecord(member).member_id));
  const failed = [...unreadable].filter((memberId) => found.has(memberId));
  if (failed.length > 0 && !deps.dryRun) {
    await rereads.alone(failed.map((memberId) => ({ memberId, organizationId: null, occasion })));
  }
  return { found, changed: changedIn(settled) };
}

/** A single id that Stytch refuses counts as not found, so it is read by get. Any other error ends the sweep. */
async function skipRefusedId(part: readonly string[], error: unknown): Promise<{ members: unknown[] }> {
  if (part.length > 1 || !(error instanceof PermanentError)) throw error;
  return { members: [] };
}

async function judge(
  deps: SweepDependencies,
  listing: FinishedListing,
  absentees: { missing: readonly Absentee[]; young: readonly Absentee[] },
): Promise<{ changed: number; held: number }> {
  const { database } = deps;
  const { teamId } = listing.team;
  const missing = absentees.missing.map(({ userId }) => userId);
  const young = absentees.young.map(({ userId }) => userId);
  const discarded = await withDatabaseErrors(() => discardedUsers(deps, teamId, [...missing, ...young]));
  const activeUsers = await withDatabaseErrors(() => database.user.count({ where: { teamId, status: 'active' } }));
  const organizationGone = listing.organizationGone || listing.team.organizationId === null;
  const verdict = judgeAbsence({ missing, young, activeUsers, organizationGone, discarded });
  if (verdict.verdict === 'hold') return hold(deps, listing, verdict.userIds, activeUsers);
  await discardHold(deps, teamId);
  if (verdict.verdict === 'nobody') return { changed: 0, held: 0 };
  const wanted = new Set(verdict.userIds);
  const confirmed = await confirm(
    deps,
    listing.team,
    [...absentees.missing, ...absentees.young].filter(({ userId }) => wanted.has(userId)),
  );
  return { changed: confirmed, held: 0 };
}

/** Reads each user by get. A member of another organization has left this team, and is read again for the other one. */
async function confirm(
  deps: SweepDependencies,
  { organizationId, occasion }: SweptTeam,
  absentees: readonly Absentee[],
): Promise<number> {
  const requests = absentees.map(({ memberId }) => ({ memberId, organizationId: null, occasions: [occasion] }));
  const options = { limitDirectReads: true, dryRun: deps.dryRun ?? false };
  const missingFrom = organizationId === null ? {} : { missingFrom: organizationId };
  const results = await reconcileMembers(deps, requests, { ...options, ...missingFrom });
  const settled = await settleMembers(deps, results, () => occasion);
  const moved = [...settled].filter(([, { changes }]) => changes.some(isMove)).map(([memberId]) => memberId);
  const rechecks = moved.map((memberId) => ({ memberId, organizationId: null, occasion }));
  if (rechecks.length > 0 && !deps.dryRun) await deps.rereads.members(rechecks, { round: 0 });
  return changedIn(settled);
}

function isMove(change: Change): boolean {
  return change.type === 'user_deactivated' && change.because === 'other_organization';
}

async function hold(
  { database, onHeld, onWouldHold, dryRun }: SweepDependencies,
  { team: { teamId }, started }: FinishedListing,
  userIds: readonly string[],
  activeUsers: number,
): Promise<{ changed: number; held: number }> {
  if (dryRun) {
    onWouldHold?.(userIds);
    return { changed: 0, held: userIds.length };
  }
  const { id, isNew } = await withDatabaseErrors(() => holdChanges(database, { teamId, userIds, fence: started }));
  if (isNew) {
    onHeld({ teamId, holdId: id, users: userIds.length, activeUsers });
    const event = { trigger: 'sweep', teamId, memberId: null, outcome: 'held', changes: [] } as const;
    await withDatabaseErrors(() => recordEvents(database, [event]));
  }
  return { changed: 0, held: userIds.length };
}

async function discardHold({ database, onSeenAgain, dryRun }: SweepDependencies, teamId: string): Promise<void> {
  if (dryRun) return;
  const holdId = await withDatabaseErrors(() => discardSeenAgain(database, teamId));
  if (holdId !== null) onSeenAgain({ teamId, holdId });
}
