import { type Database, databaseClock, withDatabaseErrors } from '../../database/database.js';
import type { Instant } from '../../directory/instant.js';
import type { Occasion } from '../../directory/sync-event.js';
import { OrganizationUnknown } from '../../stytch/translate-errors.js';
import { findWhole, sweepAbsent } from './sweep-absent.js';
import type { SweepDependencies } from './sweep-dependencies.js';
import { withSweepLease } from './sweep-lease.js';
import { emptyListing, type Listing, ListingTooLong, type SweptTeam, sweepListing } from './sweep-listing.js';

/** A team to sweep, and why. */
export type SweepRequest = { teamId: string; occasion: Occasion };

/** The number of members in the listing, of users that changed, and of users that are held. */
export type Sweep = { members: number; changed: number; held: number };

/** The team is too large to share a listing, and has to be swept alone. */
export class TooLargeToShare extends Error {
  override name = 'TooLargeToShare';
}

/** Null if another worker sweeps the team. */
export type SweepResult = Sweep | null | Error;

/**
 * Reads whole teams from Stytch, makes the database equal to them in the same way as for hints, and settles the users that the
 * listing did not show. Teams share a listing: ten small teams cost one search instead of ten. A listing that fails is tried
 * again with half of the teams, so that a problem of one team affects no other. If the worker dies, the pages that it has
 * applied stay applied, and the next sweep starts from the beginning.
 * @returns the result of each request, in their order
 */
export async function sweepTeams(deps: SweepDependencies, requests: readonly SweepRequest[]): Promise<SweepResult[]> {
  const teams = await withDatabaseErrors(() => loadTeams(deps.database, requests));
  const results = new Map<string, SweepResult>();
  const sweep = async (free: ReadonlySet<string>) => {
    const swept = teams.filter(({ teamId }) => free.has(teamId));
    for (const [teamId, result] of await sweepGroup(deps, swept)) results.set(teamId, result);
  };
  const teamIds = teams.map(({ teamId }) => teamId);
  if (deps.dryRun) await sweep(new Set(teamIds));
  else if (teams.length > 0) await withSweepLease(deps.database, teamIds, sweep);
  const unknown = { members: 0, changed: 0, held: 0 };
  return requests.map(({ teamId }) => (teamIds.includes(teamId) ? (results.get(teamId) ?? null) : unknown));
}

async function loadTeams(database: Database, requests: readonly SweepRequest[]): Promise<SweptTeam[]> {
  const rows = await database.team.findMany({
    where: { id: { in: requests.map(({ teamId }) => teamId) } },
    select: { id: true, stytchOrganizationId: true },
  });
  const occasions = new Map(requests.map(({ teamId, occasion }) => [teamId, occasion]));
  return rows.map(({ id, stytchOrganizationId: organizationId }) => {
    return { teamId: id, organizationId, occasion: occasions.get(id) ?? { trigger: 'sweep' } };
  });
}

type Results = (readonly [teamId: string, SweepResult])[];

async function sweepGroup(deps: SweepDependencies, teams: readonly SweptTeam[]): Promise<Results> {
  const started = await withDatabaseErrors(() => databaseClock(deps.database));
  const withoutOrganization = teams.filter(({ organizationId }) => organizationId === null);
  const results = await finishAll(deps, withoutOrganization.map(emptyListing), started);
  const listed = await deps.divide.teams(
    teams.filter(({ organizationId }) => organizationId !== null),
    (group) => listGroup(deps, group, started),
    (group, error) => failGroup(deps, group, { started, error }),
  );
  return [...results, ...listed.flat()];
}

async function listGroup(deps: SweepDependencies, teams: readonly SweptTeam[], started: Instant): Promise<Results> {
  const listings = await sweepListing(deps, teams).catch(asTooLong);
  if (listings instanceof ListingTooLong) return listSmallTeams(deps, teams, { started, large: listings.large });
  return finishAll(deps, listings, started);
}

/** @throws any other error */
function asTooLong(error: unknown): ListingTooLong {
  if (error instanceof ListingTooLong) return error;
  throw error;
}

/** Lists the small teams again without the large ones. The pages that were applied already need no correction. */
async function listSmallTeams(
  deps: SweepDependencies,
  teams: readonly SweptTeam[],
  { started, large }: { started: Instant; large: ReadonlySet<string> },
): Promise<Results> {
  const tooLarge = [...large].map((teamId) => [teamId, new TooLargeToShare()] as const);
  const small = teams.filter(({ teamId }) => !large.has(teamId));
  return small.length === 0 ? tooLarge : [...tooLarge, ...(await listGroup(deps, small, started))];
}

type Failure = { started: Instant; error: unknown };

async function failGroup(
  deps: SweepDependencies,
  teams: readonly SweptTeam[],
  { started, error }: Failure,
): Promise<Results> {
  const [only, another] = teams;
  if (error instanceof OrganizationUnknown && only && !another) {
    return [[only.teamId, await finish(deps, emptyListing(only), started, true)]];
  }
  return teams.map(({ teamId }) => [teamId, failure(error)] as const);
}

/**
 * Ends the sweeps of teams that miss nobody with one statement for all of them, and settles the missing users of the others,
 * one team after the other. If the common statement fails, each team is tried alone, so that it fails alone.
 */
async function finishAll(deps: SweepDependencies, listings: readonly Listing[], started: Instant): Promise<Results> {
  const whole = await endWhole(deps, listings, started).catch(() => new Set<string>());
  const results: [string, SweepResult][] = [];
  for (const listing of listings) {
    const { members, changed, team } = listing;
    const isDone = whole.has(team.teamId);
    results.push([team.teamId, isDone ? { members, changed, held: 0 } : await finish(deps, listing, started)]);
  }
  return results;
}

/** @returns the teams whose sweep has ended */
async function endWhole(
  deps: SweepDependencies,
  listings: readonly Listing[],
  started: Instant,
): Promise<ReadonlySet<string>> {
  const whole = await findWhole(deps.database, listings, started);
  const ended = listings.filter(({ team }) => whole.has(team.teamId));
  if (!deps.dryRun) await noteSwept(deps.database, ended, started);
  return whole;
}

/** Settles the missing users of one team. An error is returned, not thrown, so that it affects no other team. */
async function finish(
  deps: SweepDependencies,
  listing: Listing,
  started: Instant,
  organizationGone = false,
): Promise<SweepResult> {
  try {
    const absent = await sweepAbsent(deps, { ...listing, started, organizationGone });
    if (!deps.dryRun) await withDatabaseErrors(() => noteSwept(deps.database, [listing], started));
    return { members: listing.members, changed: listing.changed + absent.changed, held: absent.held };
  } catch (error) {
    return failure(error);
  }
}

async function noteSwept(database: Database, listings: readonly Listing[], started: Instant): Promise<void> {
  if (listings.length === 0) return;
  const swept = listings.map(({ team: { teamId, organizationId }, members }) => ({ teamId, organizationId, members }));
  await database.$executeRaw`
    INSERT INTO team_syncs AS s (team_id, swept_at, swept_members, swept_organization_id)
    SELECT "teamId", ${started}::timestamptz, members, "organizationId"
    FROM jsonb_to_recordset(${JSON.stringify(swept)}::jsonb) AS w("teamId" uuid, members int, "organizationId" text)
    ORDER BY "teamId"
    ON CONFLICT (team_id) DO UPDATE SET swept_at = excluded.swept_at, swept_members = excluded.swept_members,
      swept_organization_id = excluded.swept_organization_id, suspect_since = NULL
    WHERE s.swept_at IS NULL OR s.swept_at < excluded.swept_at OR s.swept_at > clock_timestamp()`;
}

/** What was thrown, as an Error. */
function failure(error: unknown): Error {
  return error instanceof Error ? error : new Error('A sweep failed: something was thrown that is not an Error.');
}
