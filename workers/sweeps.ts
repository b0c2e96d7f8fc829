import { puttingOff } from '../src/put-off.js';
import { type Consumer, consume } from '../src/queue/consume.js';
import type { SweepDependencies } from '../src/reconcile/ask-again.js';
import { sweepHandler } from '../src/reconcile/handle-sweep.js';
import { withoutQueue } from '../src/schedules.js';
import { recordingReplays } from '../src/support/record-replay.js';
import type { WorkerContext } from './context.js';

/** Many, so that small teams meet and share a listing; how many large ones go at once is sweep-lanes.ts's. */
const concurrency = 200;

/** Consumes `sweeps`: whole teams. */
export function startSweeps(context: WorkerContext, deps: SweepDependencies): Consumer {
  const handle = sweepHandler({ ...deps, observer: context.observer, log: context.log });
  const handed = puttingOff(context.database, withoutQueue, handle);
  return consume(context.home, 'sweeps', recordingReplays(context.database, handed), {
    ...context.consuming,
    concurrency,
  });
}
