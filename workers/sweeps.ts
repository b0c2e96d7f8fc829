import { type Consumer, consume } from '../src/queue/consume.js';
import { recordingReplays } from '../src/replay/record-replay.js';
import { withoutQueue } from '../src/sync/schedules/all-schedules.js';
import { postponing } from '../src/sync/schedules/postponed.js';
import { sweepHandler } from '../src/sync/sweep/handle-sweep.js';
import type { SweepDependencies } from '../src/sync/sweep/request-rereads.js';
import type { WorkerContext } from './context.js';

/** Many, so that small teams meet and share a listing; how many large ones go at once is sweep-scheduler.ts's. */
const concurrency = 200;

/** Consumes `sweeps`: whole teams. */
export function startSweeps(context: WorkerContext, deps: SweepDependencies): Consumer {
  const handle = sweepHandler({ ...deps, observer: context.observer, log: context.log });
  const handed = postponing(context.database, withoutQueue, handle);
  return consume(context.home, 'sweeps', recordingReplays(context.database, handed), {
    ...context.consuming,
    concurrency,
  });
}
