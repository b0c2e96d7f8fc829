import { type Consumer, consume } from '../src/queue/consume.js';
import type { SweepDependencies } from '../src/reconcile/ask-again.js';
import { sweepHandler } from '../src/reconcile/handle-sweep.js';
import { recordingReplays } from '../src/support/record-replay.js';
import type { WorkerContext } from './context.js';

/** Many, so that small teams meet and share a listing; how many large ones go at once is sweep-lanes.ts's. */
const concurrency = 200;

/** Consumes `sweeps`: whole teams. */
export function startSweeps(context: WorkerContext, deps: SweepDependencies): Consumer {
  const handle = sweepHandler({ ...deps, observer: context.observer, log: context.log });
  return consume(context.home, 'sweeps', recordingReplays(context.database, handle), {
    ...context.consuming,
    concurrency,
  });
}
