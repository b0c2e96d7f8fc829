import { type Consumer, consume } from '../src/queue/consume.js';
import { createBatcher } from '../src/reconcile/batcher.js';
import { hintHandler } from '../src/reconcile/handle-hint.js';
import { memberReader, turnFor } from '../src/reconcile/read-members.js';
import { reconcileHints } from '../src/reconcile/reconcile-hints.js';
import { rereadForHint } from '../src/reconcile/reread-for-hint.js';
import { recordingReplays } from '../src/support/record-replay.js';
import { batchMax, type WorkerContext } from './context.js';

/** Consumes `hints`: everything but leavers. Can wait, so Stytch is asked in large batches and its limits are waited out. */
export function startHints(context: WorkerContext): Consumer {
  const stytch = context.stytchFor('hint');
  const deps = { ...context, canWait: true, ...memberReader(stytch, { memory: context.memory }) };
  const reconcile = createBatcher(
    (hints: Parameters<typeof reconcileHints>[1], onRead) => reconcileHints(deps, hints, onRead),
    { sizeMax: batchMax, before: turnFor(stytch), tracing: context.tracing },
  );
  const handle = hintHandler({ reconcile, reread: (hint) => rereadForHint(deps, hint), observer: context.observer });
  return consume(context.home, 'hints', recordingReplays(context.database, handle), context.consuming);
}
