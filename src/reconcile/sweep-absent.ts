import { type Database, databaseClock, readingDatabase } from '../database.js';
import { judgeAbsence } from '../directory/absence.js';
import type { Instant } from '../directory/instant.js';
import { askAgainFor, changedIn, type SweepDependencies } from './ask-again.js';
import { converge } from './converge.js';
import { discardedUsers, discardSeenAgain, holdChanges } from './held-changes.js';
import { understood } from './read-members.js';
import { reconcileMembers } from './reconcile-members.js';
import { recordEvents } from './record-events.js';
import type { BucketCount } from './shown-users.js';
import type { Listing } from './sweep-listing.js';

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
  const counted = await readingDatabase(() => countUnseen(deps.database, listing));
  const buckets = listing.shown.differing(counted);
  const missing: Absentee[] = [];
  let changed = 0;
  for (let after = nobody; ; ) {
    const part = await readingDatabase(() => usersIn(deps.database, listing, buckets, after));
    const last = part.at(-1);
    if (last === undefined) break;
    after = last.userId;
    const found = listing.organizationGone ? { seen: new Set(), changed: 0 } : await askById(deps, listing, part);
    changed += found.changed;
    missing.push(...part.filter(({ memberId }) => !found.seen.has(memberId)));
  }
  const judged = await judge(deps, listing, missing);
  return { changed: changed + judged.changed, held: judged.held };
}

type Absentee = { userId: string; memberId: string };

const nobody = '00000000-0000-0000-0000-000000000000';
const membersPerSearch = 1000;

/** Active users that this sweep has not written, in the buckets of shown-users.ts. */
function countUnseen(database: Database, { team: { teamId }, started }: FinishedListing): Promise<BucketCount[]> {
  return database.$queryRaw<BucketCount[]>`
    SELECT right(id::text, 3) AS bucket, count(*)::int AS users FROM users
    WHERE team_id = ${teamId}::uuid AND status = 'active' AND stytch_member_id IS NOT NULL
      AND created_at < ${started}::timestamptz AND (observed_at IS NULL OR observed_at < ${started}::timestamptz)
    GROUP BY 1`;
}

function usersIn(database: Database, { team: { teamId }, started }: FinishedListing, buckets: string[], after: string) {
  return database.$queryRaw<Absentee[]>`
    SELECT id::text AS "userId", stytch_member_id AS "memberId" FROM users
    WHERE team_id = ${teamId}::uuid AND status = 'active' AND stytch_member_id IS NOT NULL
      AND created_at < ${started}::timestamptz AND (observed_at IS NULL OR observed_at < ${started}::timestamptz)
      AND right(id::text, 3) = ANY(${buckets}::text[]) AND id > ${after}::uuid
    ORDER BY id LIMIT ${membersPerSearch}`;
}

async function askById(deps: SweepDependencies, { team }: FinishedListing, users: readonly Absentee[]) {
  const { database, stytch, rereads } = deps;
  const { occasion } = team;
  const fence = await readingDatabase(() => databaseClock(database));
  const memberIds = users.map(({ memberId }) => memberId);
  const { members } = await stytch.searchMembers({ organizationIds: [team.organizationId], memberIds });
  const unreadable = new Set(memberIds);
  const asked = understood(members).filter(({ memberId }) => unreadable.delete(memberId));
  const tasks = asked.map((member) => ({ reading: { member, fence }, occasions: [occasion] }));
  const settled = await converge(database, tasks, { stampUnchanged: false });
  await askAgainFor(deps, settled, () => occasion);
  const named = new Set(members.map((member) => (member as { member_id?: unknown } | null)?.member_id));
  for (const memberId of unreadable) {
    if (named.has(memberId)) await rereads.alone({ memberId, organizationId: null, occasion }, 0);
  }
  return { seen: named, changed: changedIn(settled) };
}

async function judge(
  deps: SweepDependencies,
  listing: FinishedListing,
  absentees: readonly Absentee[],
): Promise<{ changed: number; held: number }> {
  const { database } = deps;
  const { teamId, occasion } = listing.team;
  const missing = absentees.map(({ userId }) => userId);
  const discarded = await readingDatabase(() => discardedUsers(database, teamId, missing));
  const activeUsers = await readingDatabase(() => database.user.count({ where: { teamId, status: 'active' } }));
  const { organizationGone } = listing;
  const verdict = judgeAbsence({ missing, activeUsers, organizationGone, discarded });
  if (verdict.verdict === 'hold') return hold(deps, listing, verdict.userIds, activeUsers);
  await letGo(deps, teamId);
  if (verdict.verdict === 'nobody') return { changed: 0, held: 0 };
  const wanted = new Set(verdict.userIds);
  const looks = absentees.filter(({ userId }) => wanted.has(userId));
  const settled = await reconcileMembers(
    deps,
    looks.map(({ memberId }) => ({ memberId, organizationId: null, occasions: [occasion] })),
  );
  await askAgainFor(deps, settled, () => occasion);
  return { changed: changedIn(settled), held: 0 };
}

async function hold(
  { database, onHeld }: SweepDependencies,
  { team: { teamId }, started }: FinishedListing,
  userIds: readonly string[],
  activeUsers: number,
): Promise<{ changed: number; held: number }> {
  const { id, isNew } = await readingDatabase(() => holdChanges(database, { teamId, userIds, fence: started }));
  if (isNew) {
    onHeld({ teamId, holdId: id, users: userIds.length, activeUsers });
    const event = { trigger: 'sweep', teamId, memberId: null, outcome: 'held', changes: [] } as const;
    await readingDatabase(() => recordEvents(database, [event]));
  }
  return { changed: 0, held: userIds.length };
}

async function letGo({ database, onSeenAgain }: SweepDependencies, teamId: string): Promise<void> {
  const holdId = await readingDatabase(() => discardSeenAgain(database, teamId));
  if (holdId !== null) onSeenAgain({ teamId, holdId });
}
