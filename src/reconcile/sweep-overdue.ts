import { readingDatabase } from '../database.js';
import { type SweepDependencies, teamsTogetherMax } from './ask-again.js';
import { claimOverdue, type Overdue } from './due-teams.js';
import type { Rereads } from './rereads.js';
import { sweepLanes } from './sweep-lanes.js';
import type { Sweep } from './sweep-teams.js';

export type OverdueDependencies = SweepDependencies & { onSwept: (sweep: Sweep) => void };

/**
 * Sweeps in this process, without the queue, teams whose sweep is overdue by the database's word: because the queue refuses
 * jobs, or takes them and hands none out. Claims them first, so several workers share them; one that dies leaves its own,
 * which are overdue again soon. A team that kills its worker comes after all others.
 * @returns how many were claimed: as many as the limit, if there may be more
 * @throws what kept the first of them from being swept, after the others
 */
export async function sweepOverdue(deps: OverdueDependencies, overdue: Overdue): Promise<number> {
  const sweep = sweepLanes({ ...deps, rereads: nobodyIsAsked });
  const teams = await readingDatabase(() => claimOverdue(deps.database, overdue));
  const results = await Promise.allSettled(
    teams.map(async (teamId) => {
      const swept = await sweep({ teamId, occasion: { trigger: 'sweep' } });
      if (swept !== null) deps.onSwept(swept); // else another worker is at it
    }),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return teams.length;
}

/** How many a worker has in hand: as many as share a listing, so that they cost as few searches as by the queue. */
const claimedMax = teamsTogetherMax;

/** All that are overdue, some at a time. */
export async function sweepAllOverdue(deps: OverdueDependencies, overdue: Omit<Overdue, 'limit'>): Promise<void> {
  while ((await sweepOverdue(deps, { ...overdue, limit: claimedMax })) === claimedMax);
}

/** Without a queue nobody can be asked for another look; the next sweep comes by itself. */
const nobodyIsAsked: Rereads = {
  members: async () => {},
  alone: async () => {},
  team: async () => {},
  teams: async () => {},
  everyTeam: async () => {},
};
