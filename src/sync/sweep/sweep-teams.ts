import { type Database, databaseClock, withDatabaseErrors } from '../../database/database.js';
import type { Instant } from '../../directory/instant.js';
import type { Occasion } from '../../directory/sync-event.js';
import { OrganizationUnknown } from '../../stytch/directory.js';
import type { SweepDependencies } from './request-rereads.js';
import { sweepAbsent } from './sweep-absent.js';
import { withSweepLease } from './sweep-lease.js';
import { emptyListing, type Listing, ListingTooLong, type SweptTeam, sweepListing } from './sweep-listing.js';

/** A team that shall be read, and why. */
export type SweepRequest = { teamId: string; occasion: Occasion };

export type Sweep = { members: number; changed: number; held: number };

/** The team has to be read alone: it is too large to share a listing. */
export class TooLargeToShare extends Error {
  override name = 'TooLargeToShare';
}

/** Null: another worker is sweeping the team. */
export type SweepResult = Sweep | null | Error;

/**
 * Reads whole teams from Stytch, through the same plan and apply as hints, and settles those whom the listing did not
 * show. Several teams share one listing: ten small ones cost one search instead of ten. A listing that fails is tried with
 * half of the teams, so that one team's trouble is its own. A worker that dies half-way leaves teams that are partly more
 * right than before; the next sweep starts anew.
 * @returns for each request, in their order
 */
export async function sweepTeams(deps: SweepDependencies, requests: readonly SweepRequest[]): Promise<SweepResult[]> {
  const teams = await withDatabaseErrors(() => loadTeams(deps.database, requests));
  const results = new Map<string, SweepResult>();
  const sweep = async (free: ReadonlySet<string>) => {
    const swept = teams.filter(({ teamId }) => free.has(teamId));
    for (const [teamId, result] of await sweepTogether(deps, swept)) results.set(teamId, result);
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

async function sweepTogether(deps: SweepDependencies, teams: readonly SweptTeam[]): Promise<Results> {
  const started = await withDatabaseErrors(() => databaseClock(deps.database));
  const withoutOrganization = teams.filter(({ organizationId }) => organizationId === null);
  const results: [string, SweepResult][] = [];
  for (const team of withoutOrganization) results.push([team.teamId, await finish(deps, emptyListing(team), started)]);
  const listed = await deps.divide.teams(
    teams.filter(({ organizationId }) => organizationId !== null),
    (group) => listTogether(deps, group, started),
    (group, error) => failTogether(deps, group, { started, error }),
  );
  return [...results, ...listed.flat()];
}

async function listTogether(deps: SweepDependencies, teams: readonly SweptTeam[], started: Instant): Promise<Results> {
  const listings = await sweepListing(deps, teams).catch(unlessTooLong);
  if (listings instanceof ListingTooLong) return listSmallOnes(deps, teams, { started, large: listings.large });
  const finished: [string, SweepResult][] = [];
  for (const listing of listings) finished.push([listing.team.teamId, await finish(deps, listing, started)]);
  return finished;
}

function unlessTooLong(error: unknown): ListingTooLong {
  if (error instanceof ListingTooLong) return error;
  throw error;
}

/** What the listing has shown already is applied and right; it is read once more. */
async function listSmallOnes(
  deps: SweepDependencies,
  teams: readonly SweptTeam[],
  { started, large }: { started: Instant; large: ReadonlySet<string> },
): Promise<Results> {
  const tooLarge = [...large].map((teamId) => [teamId, new TooLargeToShare()] as const);
  const small = teams.filter(({ teamId }) => !large.has(teamId));
  return small.length === 0 ? tooLarge : [...tooLarge, ...(await listTogether(deps, small, started))];
}

type Failure = { started: Instant; error: unknown };

async function failTogether(
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

/** One team's trouble with those who are missing is not another's. */
async function finish(
  deps: SweepDependencies,
  listing: Listing,
  started: Instant,
  organizationGone = false,
): Promise<SweepResult> {
  try {
    const absent = await sweepAbsent(deps, { ...listing, started, organizationGone });
    if (!deps.dryRun) await withDatabaseErrors(() => noteSwept(deps.database, listing, started));
    return { members: listing.members, changed: listing.changed + absent.changed, held: absent.held };
  } catch (error) {
    return failure(error);
  }
}

async function noteSwept(database: Database, { team, members }: Listing, started: Instant): Promise<void> {
  const { teamId, organizationId } = team;
  await database.$executeRaw`
    INSERT INTO team_syncs AS s (team_id, swept_at, swept_members, swept_organization_id)
    VALUES (${teamId}::uuid, ${started}::timestamptz, ${members}, ${organizationId})
    ON CONFLICT (team_id) DO UPDATE SET swept_at = excluded.swept_at, swept_members = excluded.swept_members,
      swept_organization_id = excluded.swept_organization_id, suspect_since = NULL
    WHERE s.swept_at IS NULL OR s.swept_at < excluded.swept_at OR s.swept_at > clock_timestamp()`;
}

/** What was thrown as an Error, for who gets it as a result. */
function failure(error: unknown): Error {
  return error instanceof Error ? error : new Error('Something that is no error was thrown.');
}
