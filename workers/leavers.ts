import { createMemory } from '../src/process/memory-budget.js';
import { type Consumer, consume } from '../src/queue/consume.js';
import { recordingReplays } from '../src/replay/replay-result.js';
import { createBatcher } from '../src/sync/members/batcher.js';
import { fairLane } from '../src/sync/members/fair-lane.js';
import { hintHandler } from '../src/sync/members/handle-hint.js';
import { memberReader } from '../src/sync/members/read-members.js';
import { reconcileLeavers } from '../src/sync/members/reconcile-leavers.js';
import { rereadForHint } from '../src/sync/members/reread-for-hint.js';
import { batchMax, directReads, type WorkerContext } from './context.js';

/** Access is removed 2 s after the event, even if Stytch hangs. */
const deadlineMs = 1_000;
/** Room in memory for about 1,500 members. It is separate, so that leavers do not wait for other work. */
const roomBytes = 3 * 1024 * 1024;

/** Consumes `leavers`. If Stytch does not answer within a second, the signed event is enough. */
export function startLeavers(context: WorkerContext): Consumer {
  const memory = createMemory(roomBytes);
  const reading = { deadlineMs, expectGone: true, memory };
  const deps = {
    ...context,
    memory,
    lane: fairLane(directReads),
    ...memberReader(context.stytchFor('leaver'), reading),
  };
  const reconcile = createBatcher(
    (hints: Parameters<typeof reconcileLeavers>[1], onRead) => reconcileLeavers(deps, hints, onRead),
    { sizeMax: batchMax, tracing: context.tracing },
  );
  const handle = hintHandler({ reconcile, reread: (hint) => rereadForHint(deps, hint), observer: context.observer });
  return consume(context.home, 'leavers', recordingReplays(context.database, handle), context.consuming);
}
