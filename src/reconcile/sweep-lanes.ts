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
/** A sweep that ended its worker may do so again: then it is this one team's, and no other's. */
const suspectTeamsAtOnce = 1;

/**
 * Sweeps a team in the lane that fits it: small ones together, and those of whom nothing is known yet, as most teams are
 * small; large ones each alone, so that nobody small waits for a team of 100,000. Of the teams whose sweep has ended its worker
 * one is read at a time.
 * @returns null if another worker is sweeping it
 */
export function sweepLanes(deps: SweepDependencies): (request: SweepRequest) => Promise<Sweep | null> {
  const together = createBatcher(
    (requests: readonly SweepRequest[]) => sweepTeams({ ...deps, isShared: true }, requests),
    { sizeMax: teamsTogetherMax },
  );
  const inTurn = atMost(largeTeamsAtOnce);
  const alone = atMost(suspectTeamsAtOnce);
  return async (request) => {
    const { isSuspect, isLarge } = await readingDatabase(() => knownOf(deps, request.teamId));
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
