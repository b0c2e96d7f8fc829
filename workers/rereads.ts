import { type Consumer, consume } from '../src/queue/consume.js';
import { rereadHandler } from '../src/reconcile/handle-reread.js';
import { patient } from '../src/reconcile/patience.js';
import { memberReader } from '../src/reconcile/read-members.js';
import { recordingReplays } from '../src/support/record-replay.js';
import { runReplays } from '../src/support/run-replays.js';
import type { WorkerContext } from './context.js';

/** Each job reads up to 1,000 members or a whole team, so a few at a time are many. */
const concurrency = 4;

/** Consumes `rereads`: second looks at members, and sweeps. */
export function startRereads(context: WorkerContext): Consumer {
  const stytch = patient(context.stytch);
  const replaying = () => runReplays(context);
  const handle = rereadHandler({ ...context, stytch, readMembers: memberReader(stytch), runReplays: replaying });
  return consume(context.home, 'rereads', recordingReplays(context.database, handle), {
    ...context.consuming,
    concurrency,
  });
}
