import { type Consumer, consume } from '../src/queue/consume.js';
import { replayStep } from '../src/queue/jobs.js';
import { runReplays } from '../src/replay/run-replays.js';
import type { WorkerContext } from './context.js';

/** Consumes `replays`: retries jobs in their own queues, a few a second. */
export function startReplays(context: WorkerContext): Consumer {
  const replaying = { ...context, producer: context.queue };
  // A replay may have been started while no worker ran, and the queue may have lost the next step.
  context.queue.add([replayStep(0)]).catch(() => {});
  return consume(context.home, 'replays', () => runReplays(replaying), { ...context.consuming, concurrency: 1 });
}
