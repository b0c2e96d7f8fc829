import { type Consumer, consume } from '../src/queue/consume.js';
import { recordingReplays } from '../src/replay/replay-result.js';
import { createBatcher } from '../src/sync/members/batcher.js';
import { rereadHandler } from '../src/sync/members/handle-reread.js';
import { memberReader, turnFor } from '../src/sync/members/read-members.js';
import { recheckBatch } from '../src/sync/members/recheck-members.js';
import { batchMax, type WorkerContext } from './context.js';

/** Each job names up to 1,000 members. The members of many jobs share a read, so that searches are full in a storm. */
const concurrency = 50;

/** Consumes `rereads`: reads members again. */
export function startRereads(context: WorkerContext): Consumer {
  const stytch = context.stytchFor('recheck');
  const deps = { ...context, ...memberReader(stytch, { memory: context.memory }) };
  const reconcile = createBatcher(
    (requests: Parameters<typeof recheckBatch>[1], onRead) => recheckBatch(deps, requests, onRead),
    { sizeMax: batchMax, before: turnFor(stytch), tracing: context.tracing },
  );
  const handle = recordingReplays(context.database, rereadHandler({ ...context, reconcile }));
  return consume(context.home, 'rereads', handle, {
    ...context.consuming,
    concurrency,
  });
}
