import { type Consumer, consume } from '../src/queue/consume.js';
import { recordingReplays } from '../src/replay/record-replay.js';
import { createBatcher } from '../src/sync/members/batcher.js';
import { rereadHandler } from '../src/sync/members/handle-reread.js';
import { memberReader, turnFor } from '../src/sync/members/read-members.js';
import { lookTogether } from '../src/sync/members/recheck-members.js';
import { batchMax, type WorkerContext } from './context.js';

/** Each job names up to 1,000 members; those of many jobs share a read, so that a storm's second looks fill their searches. */
const concurrency = 50;

/** Consumes `rereads`: second looks at members. */
export function startRereads(context: WorkerContext): Consumer {
  const stytch = context.stytchFor('recheck');
  const deps = { ...context, ...memberReader(stytch, { memory: context.memory }) };
  const lookAgain = createBatcher(
    (looks: Parameters<typeof lookTogether>[1], onRead) => lookTogether(deps, looks, onRead),
    { sizeMax: batchMax, before: turnFor(stytch), tracing: context.tracing },
  );
  const handle = recordingReplays(context.database, rereadHandler({ ...context, lookAgain }));
  return consume(context.home, 'rereads', handle, {
    ...context.consuming,
    concurrency,
  });
}
