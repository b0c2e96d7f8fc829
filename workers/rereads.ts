import { type Consumer, consume } from '../src/queue/consume.js';
import { rereadHandler } from '../src/reconcile/handle-reread.js';
import { memberReader } from '../src/reconcile/read-members.js';
import { recordingReplays } from '../src/support/record-replay.js';
import type { WorkerContext } from './context.js';

/** Each job reads up to 1,000 members, so a few at a time are many. */
const concurrency = 4;

/** Consumes `rereads`: second looks at members. */
export function startRereads(context: WorkerContext): Consumer {
  const handle = rereadHandler({ ...context, readMembers: memberReader(context.stytchFor('hint')) });
  return consume(context.home, 'rereads', recordingReplays(context.database, handle), {
    ...context.consuming,
    concurrency,
  });
}
