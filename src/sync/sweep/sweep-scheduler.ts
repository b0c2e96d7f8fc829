import { withDatabaseErrors } from '../../database/database.js';
import { limitConcurrency } from '../../process/concurrency-limit.js';
import { membersAtOnce } from '../../process/memory-budget.js';
import { pageSizeMax } from '../../stytch/directory.js';
import { createBatcher } from '../members/batcher.js';
import { type SweepDependencies, teamsPerSearchMax } from './sweep-dependencies.js';
import { smallTeamMembersMax } from './sweep-listing.js';
import { type Sweep, type SweepRequest, sweepTeams, TooLargeToShare } from './sweep-teams.js';

/** Each of them holds a page in memory. The search budget limits them anyway. */
const largeTeamsAtOnce = 4;
/** A sweep that killed its worker may do so again. Then no other team of this kind is affected. */
const suspectTeamsAtOnce = 1;

/**
 * Sweeps a team in the lane that fits its size. Small teams, and teams of unknown size, share a listing: most teams are small.
 * Large teams are listed alone, so that a small team does not wait for one with 100,000 members. Suspect teams, whose last sweep
 * killed its worker, are swept one at a time.
 * @returns null if another worker sweeps the team
 */
export function sweepScheduler(deps: SweepDependencies): (request: SweepRequest) => Promise<Sweep | null> {
  const sweepShared = createBatcher(
    (requests: readonly SweepRequest[]) => sweepTeams({ ...deps, isShared: true }, requests),
    { sizeMax: teamsPerSearchMax },
  );
  const largeLane = limitConcurrency(largeTeamsAtOnce);
  const suspectLane = limitConcurrency(suspectTeamsAtOnce);
  return async (request) => {
    const { isSuspect, isLarge } = await withDatabaseErrors(() => classify(deps, request.teamId));
    if (isSuspect) return suspectLane(() => sweepTeam(deps, request));
    const shared = isLarge ? null : await sweepShared(request).then((sweep) => ({ sweep }), nullIfTooLarge);
    return shared === null ? largeLane(() => sweepTeam(deps, request)) : shared.sweep;
  };
}

/** Sweeps one team alone. @returns null if another worker sweeps it @throws the error of the sweep */
export async function sweepTeam(deps: SweepDependencies, request: SweepRequest): Promise<Sweep | null> {
  const [result = null] = await sweepTeams(deps, [request]);
  if (result instanceof Error) throw result;
  return result;
}

function nullIfTooLarge(error: unknown): null {
  if (error instanceof TooLargeToShare) return null;
  throw error;
}

/** A team is large if it has many members, or if its members are heavy. */
async function classify({ database, memory }: SweepDependencies, teamId: string) {
  const team = await database.team.findUnique({ where: { id: teamId }, include: { sync: true } });
  const isHeavy = membersAtOnce(memory, [team?.stytchOrganizationId ?? null]) < pageSizeMax;
  const isSuspect = (team?.sync?.suspectSince ?? null) !== null;
  return { isSuspect, isLarge: isHeavy || (team?.sync?.sweptMembers ?? 0) > smallTeamMembersMax };
}
