import type { Database } from '../database/database.js';
import type { JobHandler } from '../queue/consume.js';
import { replayIdOf } from '../queue/jobs.js';
import { replayAnswer } from './replay-result.js';
import { markDone } from './replays.js';

/**
 * The same handler, which also writes down what came of a job that a person asked for once more. The answer is written
 * before the job ends: a worker that dies in between leaves the job to another one, which handles it, and answers, again.
 */
export function recordingReplays(database: Database, handle: JobHandler): JobHandler {
  return async (job) => {
    const answer = await handle(job);
    const replayId = replayIdOf(job.data);
    if (replayId !== null) await markDone(database, replayId, replayAnswer(answer));
    return answer;
  };
}
