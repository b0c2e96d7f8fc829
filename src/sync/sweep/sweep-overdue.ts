import { withDatabaseErrors } from '../../database/database.js';
import type { Rereads } from '../../directory/rereads.js';
import { claimOverdue, type Overdue } from './due-teams.js';
import { type SweepDependencies, teamsPerSearchMax } from './request-rereads.js';
import { sweepScheduler } from './sweep-scheduler.js';
import type { Sweep } from './sweep-teams.js';

export type OverdueDependencies = SweepDependencies & { onSwept: (sweep: Sweep) => void };

/** How many a worker has in hand: as many as share a listing, so that they cost as few searches as by the queue. */
const claimedMax = teamsPerSearchMax;

/**
 * Sweeps in this process, without the queue, teams whose sweep is overdue by the database's word: because the queue refuses
 * jobs, or takes them and hands none out. Claims them first, so several workers share them; one that dies leaves its own,
 * which are overdue again soon.
 */
export function overdueSweeper(deps: OverdueDependencies) {
  const sweep = sweepScheduler({ ...deps, rereads: nobodyIsAsked });
  const sweepOne = async (teamId: string) => {
    const swept = await sweep({ teamId, occasion: { trigger: 'sweep' } });
    if (swept !== null) deps.onSwept(swept); // else another worker is at it
  };
  /** @returns how many were claimed @throws what kept the first of them from being swept, after the others */
  const some = async (overdue: Overdue): Promise<number> => {
    const teams = await withDatabaseErrors(() => claimOverdue(deps.database, overdue));
    const results = await Promise.allSettled(teams.map(sweepOne));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return teams.length;
  };
  return {
    some,
    /** All that are overdue, some at a time. */
    all: async (overdue: Omit<Overdue, 'limit'>): Promise<void> => {
      while ((await some({ ...overdue, limit: claimedMax })) > 0);
    },
  };
}

export type OverdueSweeper = ReturnType<typeof overdueSweeper>;

/** Without a queue nobody can be asked for another look; the next sweep comes by itself. */
const nobodyIsAsked: Rereads = {
  members: async () => {},
  alone: async () => {},
  team: async () => {},
  teams: async () => {},
  everyTeam: async () => {},
};
