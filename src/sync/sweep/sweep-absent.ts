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
import { searchByIds, understood } from '../members/read-members.js';
import { reconcileMembers } from '../members/reconcile-members.js';
import { discardedUsers, discardSeenAgain, holdChanges } from './held-changes.js';
import { changedIn, requestRereads, type SweepDependencies } from './request-rereads.js';
import type { BucketSum } from './shown-users.js';
import { type Listing, optionsOf, type SweptTeam, withSpotCheck } from './sweep-listing.js';

/** A whole listing of a team, and the database's clock before its first page. */
export type FinishedListing = Pick<Listing, 'team' | 'shown'> & { started: Instant; organizationGone: boolean };

/**
 * Settles those whom a complete listing did not show: asks for them by id, a thousand a call; who is not found that way
 * either is missing. A few of them are asked for directly, and Stytch's own "not found" is believed; too many are held.
 * @returns how many users changed, and how many are held
 */
export async function sweepAbsent(
  deps: SweepDependencies,
  listing: FinishedListing,
): Promise<{ changed: number; held: number }> {
  const expected = await withDatabaseErrors(() => checksums(deps.database, listing));
  const buckets = listing.shown.differing(expected);
  const missing: Absentee[] = [];
  let changed = 0;
  for (let after = nobody; ; ) {
    const part = await withDatabaseErrors(() => usersIn(deps, listing, buckets, after));
    const last = part.at(-1);
    if (last === undefined) break;
    after = last.userId;
    const found = await askById(deps, listing, part);
    changed += found.changed;
    missing.push(...part.filter(({ memberId }) => !found.seen.has(memberId)));
  }
  const judged = await judge(deps, listing, missing);
  return { changed: changed + judged.changed, held: judged.held };
}

type Absentee = { userId: string; memberId: string };

const nobody = '00000000-0000-0000-0000-000000000000';
/** As many as one search can be asked for. */
const membersPerSearch = 1000;

/** Of all active users, in the buckets of shown-users.ts; without those who came while the team was listed. */
function checksums(database: Database, { team: { teamId }, started }: FinishedListing): Promise<BucketSum[]> {
  return database.$queryRaw<BucketSum[]>`
    SELECT left(hash, 3) AS bucket,
      (sum(('x' || substr(hash, 4, 12))::bit(48)::bigint) % 281474976710656)::float8 AS sum -- 2^48
    FROM (
      SELECT md5(id::text) AS hash FROM users
      WHERE team_id = ${teamId}::uuid AND status = 'active' AND stytch_member_id IS NOT NULL
        AND (created_at < ${started}::timestamptz OR created_at > clock_timestamp())
    ) u GROUP BY 1`;
}

/**
 * The active users of these buckets, a page. Not those who came or were read within the lag of searches: that a search does
 * not show them says nothing. A date in the future is impossible, and keeps nobody out of sight.
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

async function askById(
  deps: SweepDependencies,
  { team, organizationGone }: FinishedListing,
  users: readonly Absentee[],
): Promise<{ seen: Set<unknown>; changed: number }> {
  const { organizationId } = team;
  const found = { seen: new Set<unknown>(), changed: 0 };
  if (organizationGone || organizationId === null) return found;
  const size = membersAtOnce(deps.memory, [organizationId]);
  for (let i = 0; i < users.length; i += size) {
    const part = users.slice(i, i + size);
    const bytes = part.length * deps.memory.bytesPerMember([organizationId]);
    const one = await deps.memory.hold(bytes, (room) => askPart({ ...deps, room }, { ...team, organizationId }, part));
    for (const memberId of one.seen) found.seen.add(memberId);
    found.changed += one.changed;
  }
  return found;
}

async function askPart(
  deps: SweepDependencies,
  { organizationId, occasion }: SweptTeam & { organizationId: string },
  users: readonly Absentee[],
): Promise<{ seen: Set<unknown>; changed: number }> {
  const { database, stytch, rereads, searchLagMs, divide, room } = deps;
  const fence = await withDatabaseErrors(() => databaseClock(database));
  const memberIds = users.map(({ memberId }) => memberId);
  const pages = await divide.ids(
    memberIds,
    (part) => searchByIds(stytch, { organizationIds: [organizationId], memberIds: [...part] }, { room }),
    notAsked,
  );
  const members = pages.flatMap((page) => page.members);
  const unreadable = new Set(memberIds);
  const found = understood(members).filter(({ memberId }) => unreadable.delete(memberId));
  const tasks = found.map((member) => {
    return { reading: readingAt({ member, isDirect: false }, fence, searchLagMs), occasions: [occasion] };
  });
  const converged = await converge(withSpotCheck(deps), tasks, optionsOf(deps));
  const swept = await requestRereads(deps, converged, () => occasion);
  const seen = new Set(members.map((member) => asRecord(member).member_id));
  for (const memberId of unreadable) {
    if (seen.has(memberId) && !deps.dryRun) await rereads.alone({ memberId, organizationId: null, occasion });
  }
  return { seen, changed: changedIn(swept) };
}

/** An id that Stytch refuses is asked about directly, like whom it does not find; else nothing is known of anybody. */
async function notAsked(part: readonly string[], error: unknown): Promise<{ members: unknown[] }> {
  if (part.length > 1 || !(error instanceof PermanentError)) throw error;
  return { members: [] };
}

async function judge(
  deps: SweepDependencies,
  listing: FinishedListing,
  absentees: readonly Absentee[],
): Promise<{ changed: number; held: number }> {
  const { database } = deps;
  const { teamId } = listing.team;
  const missing = absentees.map(({ userId }) => userId);
  const discarded = await withDatabaseErrors(() => discardedUsers(deps, teamId, missing));
  const activeUsers = await withDatabaseErrors(() => database.user.count({ where: { teamId, status: 'active' } }));
  const organizationGone = listing.organizationGone || listing.team.organizationId === null;
  const verdict = judgeAbsence({ missing, activeUsers, organizationGone, discarded });
  if (verdict.verdict === 'hold') return hold(deps, listing, verdict.userIds, activeUsers);
  await letGo(deps, teamId);
  if (verdict.verdict === 'nobody') return { changed: 0, held: 0 };
  const wanted = new Set(verdict.userIds);
  const confirmed = await confirm(
    deps,
    listing.team,
    absentees.filter(({ userId }) => wanted.has(userId)),
  );
  return { changed: confirmed, held: 0 };
}

/** Asks Stytch about each directly. Who is of another organization by now is gone from this team, and is looked at there. */
async function confirm(
  deps: SweepDependencies,
  { organizationId, occasion }: SweptTeam,
  absentees: readonly Absentee[],
): Promise<number> {
  const looks = absentees.map(({ memberId }) => ({ memberId, organizationId: null, occasions: [occasion] }));
  const settled = await reconcileMembers(deps, looks, {
    ...{ isUnasked: true, dryRun: deps.dryRun ?? false },
    ...(organizationId === null ? {} : { missingFrom: organizationId }),
  });
  const swept = await requestRereads(deps, settled, () => occasion);
  const moved = [...swept].filter(([, { changes }]) => changes.some(isMove)).map(([memberId]) => memberId);
  const rechecks = moved.map((memberId) => ({ memberId, organizationId: null, occasion }));
  if (rechecks.length > 0 && !deps.dryRun) await deps.rereads.members(rechecks, { round: 0 });
  return changedIn(swept);
}

function isMove(change: Change): boolean {
  return change.type === 'user_deactivated' && change.because === 'other_organization';
}

async function hold(
  { database, onHeld, dryRun }: SweepDependencies,
  { team: { teamId }, started }: FinishedListing,
  userIds: readonly string[],
  activeUsers: number,
): Promise<{ changed: number; held: number }> {
  if (dryRun) return { changed: 0, held: userIds.length };
  const { id, isNew } = await withDatabaseErrors(() => holdChanges(database, { teamId, userIds, fence: started }));
  if (isNew) {
    onHeld({ teamId, holdId: id, users: userIds.length, activeUsers });
    const event = { trigger: 'sweep', teamId, memberId: null, outcome: 'held', changes: [] } as const;
    await withDatabaseErrors(() => recordEvents(database, [event]));
  }
  return { changed: 0, held: userIds.length };
}

async function letGo({ database, onSeenAgain, dryRun }: SweepDependencies, teamId: string): Promise<void> {
  if (dryRun) return;
  const holdId = await withDatabaseErrors(() => discardSeenAgain(database, teamId));
  if (holdId !== null) onSeenAgain({ teamId, holdId });
}
