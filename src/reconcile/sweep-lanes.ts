import { readingDatabase } from '../database.js';
import { membersAtOnce } from '../memory.js';
import { pageSizeMax } from '../stytch.js';
import { type SweepDependencies, teamsTogetherMax } from './ask-again.js';
import { atMost } from './at-most.js';
import { createBatcher } from './batcher.js';
import { smallTeamMembersMax } from './sweep-listing.js';
import { type Sweep, type SweepRequest, sweepTeams, TooLargeToShare } from './sweep-teams.js';

/** Each holds a page in memory; the searches of a minute are what limits them anyway. */
const largeTeamsAtOnce = 4;

/**
 * Sweeps a team in the lane that fits it: small ones together, and those of whom nothing is known yet, as most teams are
 * small; large ones each alone, so that nobody small waits for a team of 100,000.
 * @param isSuspect a sweep of the team has ended its worker: it is read alone, and one such team at a time
 * @returns null if another worker is sweeping it
 */
export function sweepLanes(
  deps: SweepDependencies,
): (request: SweepRequest, isSuspect: boolean) => Promise<Sweep | null> {
  const together = createBatcher(
    (requests: readonly SweepRequest[]) => sweepTeams({ ...deps, isShared: true }, requests),
    { sizeMax: teamsTogetherMax },
  );
  const inTurn = atMost(largeTeamsAtOnce);
  const alone = atMost(1);
  return async (request, isSuspect) => {
    if (isSuspect) return alone(() => sweepTeam(deps, request));
    const isLarge = await readingDatabase(() => isKnownToBeLarge(deps, request.teamId));
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

/** By its members, or by what each of them holds. */
async function isKnownToBeLarge({ database, memory }: SweepDependencies, teamId: string): Promise<boolean> {
  const team = await database.team.findUnique({ where: { id: teamId }, include: { sync: true } });
  const isHeavy = membersAtOnce(memory, [team?.stytchOrganizationId ?? null]) < pageSizeMax;
  return isHeavy || (team?.sync?.sweptMembers ?? 0) > smallTeamMembersMax;
}
