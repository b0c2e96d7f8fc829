import { type Consumer, consume } from '../src/queue/consume.js';
import { replayStep } from '../src/queue/jobs.js';
import { runReplays } from '../src/replay/run-replays.js';
import type { WorkerContext } from './context.js';

/** Consumes `replays`: hands failed jobs back to their own queues, a few a second, as support asked for. */
export function startReplays(context: WorkerContext): Consumer {
  const replaying = { ...context, producer: context.queue };
  // For what was asked for while no worker was there, or whose next step was lost with the queue.
  context.queue.add([replayStep(0)]).catch(() => {});
  return consume(context.home, 'replays', () => runReplays(replaying), { ...context.consuming, concurrency: 1 });
}
