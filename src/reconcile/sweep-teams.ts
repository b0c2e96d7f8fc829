import { type Database, databaseClock, readingDatabase } from '../database.js';
import type { Instant } from '../directory/instant.js';
import { Hopeless } from '../failures.js';
import { OrganizationUnknown } from '../stytch.js';
import type { SweepDependencies } from './ask-again.js';
import type { Occasion } from './record-events.js';
import { sweepAbsent } from './sweep-absent.js';
import { withSweepLease } from './sweep-lease.js';
import { emptyListing, type Listing, type SweptTeam, sweepListing } from './sweep-listing.js';

/** A team that shall be read, and why. */
export type SweepRequest = { teamId: string; occasion: Occasion };

export type Sweep = { members: number; changed: number; held: number };

/** Null: another worker is sweeping the team. */
export type SweepResult = Sweep | null | Error;

/**
 * Reads whole teams from Stytch, through the same plan and apply as hints, and settles those whom the listing did not
 * show. Several teams share one listing: ten small ones cost one search instead of ten. What fails for all of them is
 * tried with each alone. A worker that dies half-way leaves teams that are partly more right than before; the next sweep
 * starts anew.
 * @returns for each request, in their order
 */
export async function sweepTeams(deps: SweepDependencies, requests: readonly SweepRequest[]): Promise<SweepResult[]> {
  const teams = await readingDatabase(() => loadTeams(deps.database, requests));
  const results = new Map<string, SweepResult>();
  if (teams.length > 0) {
    await withSweepLease(
      deps.database,
      teams.map(({ teamId }) => teamId),
      async (free) => {
        const swept = teams.filter(({ teamId }) => free.has(teamId));
        for (const [teamId, result] of await sweepTogether(deps, swept)) results.set(teamId, result);
      },
    );
  }
  const withoutOrganization = { members: 0, changed: 0, held: 0 };
  const known = new Set(teams.map(({ teamId }) => teamId));
  return requests.map(({ teamId }) => (known.has(teamId) ? (results.get(teamId) ?? null) : withoutOrganization));
}

async function loadTeams(database: Database, requests: readonly SweepRequest[]): Promise<SweptTeam[]> {
  const rows = await database.team.findMany({
    where: { id: { in: requests.map(({ teamId }) => teamId) }, stytchOrganizationId: { not: null } },
    select: { id: true, stytchOrganizationId: true },
  });
  const occasions = new Map(requests.map(({ teamId, occasion }) => [teamId, occasion]));
  return rows.map(({ id, stytchOrganizationId }) => ({
    teamId: id,
    organizationId: stytchOrganizationId ?? '',
    occasion: occasions.get(id) ?? { trigger: 'sweep' },
  }));
}

async function sweepTogether(
  deps: SweepDependencies,
  teams: readonly SweptTeam[],
): Promise<(readonly [string, SweepResult])[]> {
  const started = await readingDatabase(() => databaseClock(deps.database));
  try {
    const listings = await sweepListing(deps, teams);
    const finished = [];
    for (const listing of listings) finished.push([listing.team.teamId, await finish(deps, listing, started)] as const);
    return finished;
  } catch (error) {
    if (!(error instanceof Hopeless)) return teams.map(({ teamId }) => [teamId, failure(error)] as const);
    const [only] = teams;
    if (teams.length === 1 && only) return [[only.teamId, await gone(deps, only, started, error)]];
  }
  const alone = [];
  for (const team of teams) alone.push(...(await sweepTogether(deps, [team])));
  return alone;
}

/** One team's trouble with those who are missing is not another's. */
async function finish(
  deps: SweepDependencies,
  listing: Listing,
  started: Instant,
  organizationGone = false,
): Promise<SweepResult> {
  try {
    const absent = await sweepAbsent(deps, { ...listing, started, organizationGone });
    await readingDatabase(() => noteSwept(deps.database, listing, started));
    return { members: listing.members, changed: listing.changed + absent.changed, held: absent.held };
  } catch (error) {
    return failure(error);
  }
}

async function gone(deps: SweepDependencies, team: SweptTeam, started: Instant, error: Error): Promise<SweepResult> {
  return error instanceof OrganizationUnknown ? finish(deps, emptyListing(team), started, true) : error;
}

async function noteSwept(database: Database, { team, members }: Listing, started: Instant): Promise<void> {
  await database.$executeRaw`
    UPDATE team_syncs SET swept_at = ${started}::timestamptz, swept_members = ${members}
    WHERE team_id = ${team.teamId}::uuid AND (swept_at IS NULL OR swept_at < ${started}::timestamptz)`;
}

/** What was thrown as an Error, for whoever gets it as a result. */
function failure(error: unknown): Error {
  return error instanceof Error ? error : new Error('Something that is no error was thrown.');
}
