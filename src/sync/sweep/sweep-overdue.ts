import { withDatabaseErrors } from '../../database/database.js';
import type { Rereads } from '../../directory/rereads.js';
import { claimOverdue, type Overdue } from './due-teams.js';
import { type SweepDependencies, teamsPerSearchMax } from './sweep-dependencies.js';
import { sweepScheduler } from './sweep-scheduler.js';
import type { Sweep } from './sweep-teams.js';

export type OverdueDependencies = SweepDependencies & { onSwept: (sweep: Sweep) => void };

/** Claimed at once by a worker: as many as share a listing, so that they cost no more searches than with the queue. */
const claimedMax = teamsPerSearchMax;

/**
 * Sweeps overdue teams in this process, without the queue: the queue may refuse jobs, or accept them and hand out none. Claims
 * the teams first, so that several workers share them. The claims of a worker that dies expire.
 */
export function overdueSweeper(deps: OverdueDependencies) {
  const { sweep } = sweepScheduler({ ...deps, rereads: noRereads });
  const sweepOne = async (teamId: string) => {
    const swept = await sweep({ teamId, occasion: { trigger: 'sweep' } });
    if (swept !== null) deps.onSwept(swept); // null: another worker sweeps it
  };
  /** @returns the number of teams that were claimed @throws the first team's error, after all sweeps have ended */
  const sweepSome = async (overdue: Overdue): Promise<number> => {
    const teams = await withDatabaseErrors(() => claimOverdue(deps.database, overdue));
    const results = await Promise.allSettled(teams.map(sweepOne));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return teams.length;
  };
  return {
    sweepSome,
    /** Sweeps all overdue teams, some at a time. */
    sweepAll: async (overdue: Omit<Overdue, 'limit'>): Promise<void> => {
      while ((await sweepSome({ ...overdue, limit: claimedMax })) > 0);
    },
  };
}

export type OverdueSweeper = ReturnType<typeof overdueSweeper>;

/** Without a queue nothing can be read later. The next sweep reads it. */
const noRereads: Rereads = {
  members: async () => {},
  alone: async () => {},
  team: async () => {},
  teams: async () => {},
  everyTeam: async () => {},
};
