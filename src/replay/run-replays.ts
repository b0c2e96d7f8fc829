import { asRecord } from '../directory/json.js';
import type { StoredJob } from '../queue/inspect.js';
import { hintJob, replayIdOf, replayStep } from '../queue/jobs.js';
import { pluralize } from '../text/pluralize.js';
import { recordedHint } from './find-job.js';
import type { ReplayParts } from './parts.js';
import { refusalToReplay, replayOutcome } from './replay-result.js';
import {
  closeFinished,
  markDone,
  markRetried,
  nextUnchecked,
  nextWaiting,
  type OpenReplay,
  openReplays,
} from './replays.js';

type Parts = Pick<ReplayParts, 'database' | 'queues' | 'producer'>;

/** All batches together: a tenth of what one worker handles, so that new hints don't wait for replays. */
const jobsPerSecond = 50;
const stepMs = 1_000;
/** Twice as many as one step starts, so that the checks keep up. */
const checksPerStep = 100;

/**
 * One step of all replays: retries the next few jobs in their own queues (leavers first), checks jobs that were retried
 * before, and adds the next step while any replay is open. The work is stored in the database, so a step may run twice, at
 * the same time as itself, or die in the middle: a job that was retried carries the replay's id and is not retried again.
 */
export async function runReplays(parts: Parts): Promise<{ replayed: number }> {
  const waiting = await nextWaiting(parts.database, jobsPerSecond);
  for (const replay of waiting) await retry(parts, replay);
  for (const replay of await nextUnchecked(parts.database, checksPerStep)) await check(parts, replay);
  await closeFinished(parts.database);
  if ((await openReplays(parts.database)) > 0) await parts.producer.add([replayStep(stepMs)]);
  return { replayed: waiting.length };
}

async function retry(parts: Parts, replay: OpenReplay): Promise<void> {
  const { database, queues } = parts;
  const job = await queues.find(replay.jobId, [replay.queue]);
  if (job === null) return addForgotten(parts, replay);
  const refusal = refusalToReplay(job.state);
  const isRetried = replayIdOf(job.data) === replay.id; // by a step that died before it could store that
  if (refusal !== null && !isRetried) return markDone(database, replay.id, { result: null, why: refusal });
  // If another step retries the job at this moment, this returns false. That step writes the same data.
  if (refusal === null) await queues.retry(job, { ...asRecord(job.data), replayId: replay.id });
  await markRetried(database, replay.id);
}

/** The queue forgets a handled hint after an hour; sync_events does not. */
async function addForgotten({ database, producer }: Parts, replay: OpenReplay): Promise<void> {
  const hint = await recordedHint(database, replay.jobId);
  if (hint === null) {
    const why = 'the queue has lost its job and sync_events has no record of it: it was handled, or removed by hand';
    return markDone(database, replay.id, { result: null, why });
  }
  await producer.add([{ ...hintJob({ ...hint, replayId: replay.id }), id: replay.jobId }]);
  await markRetried(database, replay.id);
}

/** The worker stores the result itself. This finds the jobs that failed again, or that the queue has lost. */
async function check({ database, queues }: Parts, replay: OpenReplay): Promise<void> {
  const job = await queues.find(replay.jobId, [replay.queue]);
  if (job === null) {
    const why = 'the queue lost it (was Redis emptied?): `resync --team` reads its team again';
    return markDone(database, replay.id, { result: null, why });
  }
  if (job.state === 'completed') await markDone(database, replay.id, replayOutcome(job.answer));
  if (job.state === 'failed') await markDone(database, replay.id, { result: null, why: failedAgain(job) });
}

function failedAgain({ error, attempts }: StoredJob): string {
  return `it failed again, after ${pluralize(attempts, 'attempt')}: ${error ?? 'no reason given'}`;
}
