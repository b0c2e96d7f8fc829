import { type Consumer, consume } from '../src/queue/consume.js';
import { recordingReplays } from '../src/replay/replay-result.js';
import { createBatcher } from '../src/sync/members/batcher.js';
import { hintHandler } from '../src/sync/members/handle-hint.js';
import { memberReader, turnFor } from '../src/sync/members/read-members.js';
import { reconcileHints } from '../src/sync/members/reconcile-hints.js';
import { rereadForHint } from '../src/sync/members/reread-for-hint.js';
import { batchMax, type WorkerContext } from './context.js';

/** Consumes `hints`: all hints except leavers. They can wait, so members are read in large batches, within Stytch's limits. */
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
