import { type Database, readingDatabase } from '../database.js';
import { type SweepDependencies, teamsTogetherMax } from './ask-again.js';
import { atMost } from './at-most.js';
import { createBatcher } from './batcher.js';
import { type Sweep, type SweepRequest, sweepTeams } from './sweep-teams.js';

/** Ten times this is one page of Stytch's. */
const smallTeamMembersMax = 100;
/** Each holds a page of 1,000 members in memory; the searches of a minute are what limits them anyway. */
const largeTeamsAtOnce = 4;

/**
 * Sweeps a team in the lane that fits it: small ones, as far as is known, together with other small ones; large ones and
 * strangers each alone, so that nobody small waits for a team of 100,000.
 * @returns null if another worker is sweeping it
 */
export function sweepLanes(deps: SweepDependencies): (request: SweepRequest) => Promise<Sweep | null> {
  const together = createBatcher((requests: readonly SweepRequest[]) => sweepTeams(deps, requests), {
    sizeMax: teamsTogetherMax,
  });
  const inTurn = atMost(largeTeamsAtOnce);
  return async (request) => {
    const isSmall = await readingDatabase(() => isKnownToBeSmall(deps.database, request.teamId));
    return isSmall ? together(request) : inTurn(() => sweepTeam(deps, request));
  };
}

/** One team alone. @throws what kept it from being swept */
export async function sweepTeam(deps: SweepDependencies, request: SweepRequest): Promise<Sweep | null> {
  const [result = null] = await sweepTeams(deps, [request]);
  if (result instanceof Error) throw result;
  return result;
}

async function isKnownToBeSmall(database: Database, teamId: string): Promise<boolean> {
  const sync = await database.teamSync.findUnique({ where: { teamId }, select: { sweptMembers: true } });
  return sync?.sweptMembers != null && sync.sweptMembers <= smallTeamMembersMax;
}
