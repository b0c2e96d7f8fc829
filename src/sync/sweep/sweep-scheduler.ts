import { withDatabaseErrors } from '../../database/database.js';
import { limitConcurrency } from '../../process/concurrency-limit.js';
import { membersAtOnce } from '../../process/memory-budget.js';
import { pageSizeMax } from '../../stytch/directory.js';
import { createBatcher } from '../members/batcher.js';
import { type SweepDependencies, teamsPerSearchMax } from './request-rereads.js';
import { smallTeamMembersMax } from './sweep-listing.js';
import { type Sweep, type SweepRequest, sweepTeams, TooLargeToShare } from './sweep-teams.js';

/** Each holds a page in memory; the searches of a minute are what limits them anyway. */
const largeTeamsAtOnce = 4;
/** A sweep that ended its worker may do so again: then it is this one team's, and no other's. */
const suspectTeamsAtOnce = 1;

/**
 * Sweeps a team in the lane that fits it: small ones together, and those of whom nothing is known yet, as most teams are
 * small; large ones each alone, so that nobody small waits for a team of 100,000. Of the teams whose sweep has ended its worker
 * one is read at a time.
 * @returns null if another worker is sweeping it
 */
export function sweepScheduler(deps: SweepDependencies): (request: SweepRequest) => Promise<Sweep | null> {
  const together = createBatcher(
    (requests: readonly SweepRequest[]) => sweepTeams({ ...deps, isShared: true }, requests),
    { sizeMax: teamsPerSearchMax },
  );
  const inTurn = limitConcurrency(largeTeamsAtOnce);
  const alone = limitConcurrency(suspectTeamsAtOnce);
  return async (request) => {
    const { isSuspect, isLarge } = await withDatabaseErrors(() => knownOf(deps, request.teamId));
    if (isSuspect) return alone(() => sweepTeam(deps, request));
    const shared = isLarge ? null : await together(request).then((sweep) => ({ sweep }), unlessTooLarge);
    return shared === null ? inTurn(() => sweepTeam(deps, request)) : shared.sweep;
  };
}

/** One team alone. @throws what kept it from being swept */
export async function sweepTeam(deps: SweepDependencies, request: SweepRequest): Promise<Sweep | null> {
  const [result = null] = await sweepTeams(deps, [request]);
  if (result instanceof Error) throw result;
  return result;
}

function unlessTooLarge(error: unknown): null {
  if (error instanceof TooLargeToShare) return null;
  throw error;
}

/** Large by its members, or by what each of them holds. */
async function knownOf({ database, memory }: SweepDependencies, teamId: string) {
  const team = await database.team.findUnique({ where: { id: teamId }, include: { sync: true } });
  const isHeavy = membersAtOnce(memory, [team?.stytchOrganizationId ?? null]) < pageSizeMax;
  const isSuspect = (team?.sync?.suspectSince ?? null) !== null;
  return { isSuspect, isLarge: isHeavy || (team?.sync?.sweptMembers ?? 0) > smallTeamMembersMax };
}
