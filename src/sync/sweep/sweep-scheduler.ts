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

/** A statement takes a few milliseconds then. */
const teamsPerStatement = 1000;

/** The team is large or suspect, so its sweep has to be a job of its own. */
export class NeedsOwnJob extends Error {
  override name = 'NeedsOwnJob';
}

/** Both return null if another worker sweeps the team. */
export type SweepScheduler = {
  sweep(request: SweepRequest): Promise<Sweep | null>;
  /** @throws NeedsOwnJob */
  sweepIfSmall(request: SweepRequest): Promise<Sweep | null>;
};

/**
 * Sweeps a team in the lane that fits its size. Small teams, and teams of unknown size, share a listing: most teams are small.
 * Large teams are listed alone, so that a small team does not wait for one with 100,000 members. Suspect teams, whose last sweep
 * killed its worker, are swept one at a time.
 */
export function sweepScheduler(deps: SweepDependencies): SweepScheduler {
  const kindOf = createBatcher((teamIds: readonly string[]) => classify(deps, teamIds), { sizeMax: teamsPerStatement });
  const sweepShared = createBatcher(
    (requests: readonly SweepRequest[]) => sweepTeams({ ...deps, isShared: true }, requests),
    { sizeMax: teamsPerSearchMax },
  );
  const largeLane = limitConcurrency(largeTeamsAtOnce);
  const suspectLane = limitConcurrency(suspectTeamsAtOnce);
  return {
    sweep: async (request) => {
      const { isSuspect, isLarge } = await kindOf(request.teamId);
      if (isSuspect) return suspectLane(() => sweepTeam(deps, request));
      const shared = isLarge ? null : await sweepShared(request).then((sweep) => ({ sweep }), nullIfTooLarge);
      return shared === null ? largeLane(() => sweepTeam(deps, request)) : shared.sweep;
    },
    sweepIfSmall: async (request) => {
      const { isSuspect, isLarge } = await kindOf(request.teamId);
      if (isSuspect || isLarge) throw new NeedsOwnJob();
      return sweepShared(request);
    },
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

type Kind = { isSuspect: boolean; isLarge: boolean };

/** A team is large if it has many members, or if its members are heavy. @returns the kind of each team, in their order */
async function classify({ database, memory }: SweepDependencies, teamIds: readonly string[]): Promise<Kind[]> {
  const teams = await withDatabaseErrors(
    () => database.$queryRaw<{ id: string; organizationId: string | null; isSuspect: boolean; members: number }[]>`
      SELECT t.id::text, t.stytch_organization_id AS "organizationId", s.suspect_since IS NOT NULL AS "isSuspect",
        COALESCE(s.swept_members, 0) AS members
      FROM teams t LEFT JOIN team_syncs s ON s.team_id = t.id WHERE t.id = ANY(${teamIds}::uuid[])`,
  );
  const kinds = new Map(
    teams.map(({ id, organizationId, isSuspect, members }) => {
      const isHeavy = membersAtOnce(memory, [organizationId]) < pageSizeMax;
      return [id, { isSuspect, isLarge: isHeavy || members > smallTeamMembersMax }];
    }),
  );
  return teamIds.map((teamId) => kinds.get(teamId) ?? { isSuspect: false, isLarge: false });
}
