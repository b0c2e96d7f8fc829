import { type Database, databaseClock, readingDatabase } from '../database.js';
import type { Instant } from '../directory/instant.js';
import { type DirectoryMember, directoryMemberOf } from '../directory/member.js';
import { Hopeless, Unavailable } from '../failures.js';
import type { StytchDirectory } from '../stytch.js';
import { type Converged, type ConvergeResult, converge } from './converge.js';
import type { ReadMembers } from './read-members.js';
import { reconcileMembers } from './reconcile-members.js';
import type { Occasion } from './record-events.js';
import type { Rereads } from './rereads.js';

export type SweepDependencies = {
  database: Database;
  stytch: StytchDirectory;
  readMembers: ReadMembers;
  rereads: Rereads;
};

export type Sweep = { members: number; changed: number };

/**
 * Reads a whole team from Stytch, page by page, through the same plan and apply as hints; then asks for each user whom
 * the listing did not show. Missing from an index is no evidence; Stytch's own "not found" is.
 */
export async function sweepTeam(deps: SweepDependencies, teamId: string, occasion: Occasion): Promise<Sweep> {
  const { database } = deps;
  const team = await readingDatabase(() => database.team.findUnique({ where: { id: teamId } }));
  if (!team?.stytchOrganizationId) return { members: 0, changed: 0 };
  const started = await readingDatabase(() => databaseClock(database));
  const listed = await sweepListing(deps, team.stytchOrganizationId, occasion);
  const unseen = await readingDatabase(() => usersNotSeenSince(database, teamId, started));
  const looks = unseen.map((memberId) => ({ memberId, organizationId: null, occasions: [occasion] }));
  const absent = await reconcileMembers(deps, looks);
  await askAgainFor(deps, absent, occasion);
  return { members: listed.members, changed: listed.changed + changedIn(absent) };
}

async function sweepListing(deps: SweepDependencies, organizationId: string, occasion: Occasion): Promise<Sweep> {
  const sweep = { members: 0, changed: 0 };
  let cursor: string | null = null;
  do {
    const fence = await readingDatabase(() => databaseClock(deps.database));
    const search = { organizationIds: [organizationId], ...(cursor === null ? {} : { cursor }) };
    const page = await deps.stytch.searchMembers(search);
    const members = page.members.map(parsed).filter((member) => member !== null);
    const tasks = members.map((member) => ({ reading: { member, fence }, occasions: [occasion] }));
    const settled = await converge(deps.database, tasks, { stampUnchanged: true });
    await askAgainFor(deps, settled, occasion);
    sweep.members += members.length;
    sweep.changed += changedIn(settled);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return sweep;
}

function parsed(member: unknown): DirectoryMember | null {
  try {
    return directoryMemberOf(member);
  } catch (error) {
    if (error instanceof Hopeless) return null; // not stamped, so it is asked for directly, and fails alone
    throw error;
  }
}

async function usersNotSeenSince(database: Database, teamId: string, started: Instant): Promise<string[]> {
  const rows = await database.$queryRaw<{ memberId: string }[]>`
    SELECT stytch_member_id AS "memberId" FROM users
    WHERE team_id = ${teamId}::uuid AND stytch_member_id IS NOT NULL AND status = 'active'
      AND (observed_at IS NULL OR observed_at < ${started}::timestamptz)`;
  return rows.map(({ memberId }) => memberId);
}

/** A member that can't be handled, or needs another one read with it, gets a look of its own; the world's fault stops us. */
async function askAgainFor(deps: SweepDependencies, results: ConvergeResult, occasion: Occasion): Promise<void> {
  for (const [memberId, result] of results) {
    if (result instanceof Unavailable) throw result;
    const unfinished = result instanceof Error || 'readFirst' in result;
    if (unfinished) await deps.rereads.alone({ memberId, organizationId: null, occasion }, 0);
  }
}

function changedIn(results: ConvergeResult): number {
  const changed = (result: Converged | Error) => 'outcome' in result && result.outcome === 'changed';
  return [...results.values()].filter(changed).length;
}
