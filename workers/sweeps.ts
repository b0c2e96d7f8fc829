import { type Consumer, consume } from '../src/queue/consume.js';
import type { SweepDependencies } from '../src/reconcile/ask-again.js';
import { sweepHandler } from '../src/reconcile/handle-sweep.js';
import { recordingReplays } from '../src/support/record-replay.js';
import type { WorkerContext } from './context.js';

/** The searches of a minute are what limits sweeps; a few at a time use them up. */
const concurrency = 4;

/** Consumes `sweeps`: whole teams. */
export function startSweeps(context: WorkerContext, deps: SweepDependencies): Consumer {
  const handle = sweepHandler({ ...deps, observer: context.observer, log: context.log });
  return consume(context.home, 'sweeps', recordingReplays(context.database, handle), {
    ...context.consuming,
    concurrency,
  });
}
