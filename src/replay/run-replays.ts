import type { Database } from '../database/database.js';
import { asRecord } from '../directory/json.js';
import type { QueueInspector, StoredJob } from '../queue/inspect.js';
import { hintJob, replayIdOf, replayStep } from '../queue/jobs.js';
import type { Producer } from '../queue/produce.js';
import { pluralize } from '../text/pluralize.js';
import { recordedHint } from './recorded-hint.js';
import { judgeReplay, replayAnswer } from './replay-result.js';
import {
  closeFinished,
  markDone,
  markRetried,
  nextUnchecked,
  nextWaiting,
  type OpenReplay,
  openReplays,
} from './replays.js';

export type ReplayRun = { database: Database; queues: QueueInspector; producer: Producer };

/** Over all batches together: a tenth of what one worker handles, so that today's hints don't notice. */
const jobsPerSecond = 50;
const stepMs = 1_000;
/** Twice as many as are handed over in a step, so that the checks keep up. */
const checksPerStep = 100;

/**
 * One step of replaying: hands the next few jobs back to their own queues, leavers first, looks after those that were
 * handed over before, and asks for the next step as long as anything is open. What is to be done lies in the database,
 * so a step may run twice, at the same time as itself, or die in the middle: a job that is in its queue again already
 * carries the replay's id, and is not handed over a second time.
 */
export async function runReplays(run: ReplayRun): Promise<{ replayed: number }> {
  const waiting = await nextWaiting(run.database, jobsPerSecond);
  for (const replay of waiting) await handOver(run, replay);
  for (const replay of await nextUnchecked(run.database, checksPerStep)) await lookAfter(run, replay);
  await closeFinished(run.database);
  if ((await openReplays(run.database)) > 0) await run.producer.add([replayStep(stepMs)]);
  return { replayed: waiting.length };
}

async function handOver({ database, queues, producer }: ReplayRun, replay: OpenReplay): Promise<void> {
  const job = await queues.find(replay.jobId, [replay.queue]);
  if (job === null) return addAgain({ database, producer }, replay);
  const verdict = judgeReplay(job.state);
  const isHandedOver = replayIdOf(job.data) === replay.id; // by a step that died before it could say so
  if (!verdict.retry && !isHandedOver) return markDone(database, replay.id, { result: null, why: verdict.why });
  // False: another step is doing the same at this moment. Its data are ours too.
  if (verdict.retry) await queues.retry(job, { ...asRecord(job.data), replayId: replay.id });
  await markRetried(database, replay.id);
}

/** The queue forgets a handled hint after an hour; sync_events does not. */
async function addAgain({ database, producer }: Omit<ReplayRun, 'queues'>, replay: OpenReplay): Promise<void> {
  const hint = await recordedHint(database, replay.jobId);
  if (hint === null) {
    const why = 'its job is gone from the queue and sync_events does not know it: it was handled, or removed by hand';
    return markDone(database, replay.id, { result: null, why });
  }
  await producer.add([{ ...hintJob({ ...hint, replayId: replay.id }), id: replay.jobId }]);
  await markRetried(database, replay.id);
}

/** The worker answers by itself. What is left: jobs that failed once more, that a queue lost, that were done unasked. */
async function lookAfter({ database, queues }: ReplayRun, replay: OpenReplay): Promise<void> {
  const job = await queues.find(replay.jobId, [replay.queue]);
  if (job === null) {
    const why = 'the queue lost it (was Redis emptied?): `resync --team` reads its team again';
    return markDone(database, replay.id, { result: null, why });
  }
  if (job.state === 'completed') await markDone(database, replay.id, replayAnswer(job.answer));
  if (job.state === 'failed') await markDone(database, replay.id, { result: null, why: failedAgain(job) });
}

function failedAgain({ error, attempts }: StoredJob): string {
  return `it failed again, after ${pluralize(attempts, 'attempt')}: ${error ?? 'no reason given'}`;
}
