import { memberReader } from '../src/sync/members/read-members.js';
import { type SweepDependencies, sweepDividers } from '../src/sync/sweep/request-rereads.js';
import type { WorkerContext } from './context.js';

/** What sweeps work with, by whichever way they are started: they can wait, and whoever is held is a person's to decide. */
export function sweepDependencies(context: WorkerContext): SweepDependencies {
  const { database, rereads, searchLagMs, notices, onLeft, memory, stytchFor, log } = context;
  const stytch = stytchFor('sweep');
  return {
    ...{ database, rereads, searchLagMs, notices, onLeft, stytch, divide: sweepDividers(), memory },
    ...memberReader(stytch, { memory }),
    onHeld: (held) =>
      log.error(held, 'deactivations held: too many users missing from a sweep. Release or discard them'),
    onSeenAgain: (hold) => log.info(hold, 'held deactivations discarded: the users were seen again'),
  };
}
