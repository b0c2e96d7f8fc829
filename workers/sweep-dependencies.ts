import { memberReader } from '../src/sync/members/read-members.js';
import { type SweepDependencies, sweepDividers } from '../src/sync/sweep/sweep-dependencies.js';
import type { WorkerContext } from './context.js';

/** What sweeps need, with the queue or without it. */
export function sweepDependencies(context: WorkerContext): SweepDependencies {
  const { database, rereads, searchLagMs, notices, onDeactivated, memory, stytchFor, log } = context;
  const stytch = stytchFor('sweep');
  return {
    database,
    rereads,
    searchLagMs,
    notices,
    onDeactivated,
    stytch,
    memory,
    divide: sweepDividers(),
    ...memberReader(stytch, { memory }),
    onHeld: (held) =>
      log.error(held, 'deactivations held: too many users are missing from a sweep. Release or discard them'),
    onSeenAgain: (hold) => log.info(hold, 'held deactivations discarded: a sweep found the users again'),
  };
}
