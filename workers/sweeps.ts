import { type Consumer, consume } from '../src/queue/consume.js';
import { recordingReplays } from '../src/replay/replay-result.js';
import { overdueSweeps } from '../src/sync/schedules/all-schedules.js';
import { postponeWhileHandling } from '../src/sync/schedules/postpone-while-handling.js';
import { sweepHandler } from '../src/sync/sweep/handle-sweep.js';
import type { SweepDependencies } from '../src/sync/sweep/sweep-dependencies.js';
import type { WorkerContext } from './context.js';

/** Many, so that small teams can share a listing. sweep-scheduler.ts limits the large teams. */
const concurrency = 200;

/** Consumes `sweeps`: whole teams. */
export function startSweeps(context: WorkerContext, deps: SweepDependencies): Consumer {
  const handle = sweepHandler({ ...deps, observer: context.observer, log: context.log });
  const postponing = postponeWhileHandling(context.database, overdueSweeps, handle);
  return consume(context.home, 'sweeps', recordingReplays(context.database, postponing), {
    ...context.consuming,
    concurrency,
  });
}
