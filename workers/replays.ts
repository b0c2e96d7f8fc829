import { type Consumer, consume } from '../src/queue/consume.js';
import { replayStep } from '../src/queue/jobs.js';
import { runReplays } from '../src/replay/run-replays.js';
import type { WorkerContext } from './context.js';

/** Consumes `replays`: hands failed jobs back to their own queues, a few per second, when support has requested it. */
export function startReplays(context: WorkerContext): Consumer {
  const replaying = { ...context, producer: context.queue };
  // Continues replays that were requested while no worker was running, or whose next step was lost with the queue.
  context.queue.add([replayStep(0)]).catch(() => {});
  return consume(context.home, 'replays', () => runReplays(replaying), { ...context.consuming, concurrency: 1 });
}
