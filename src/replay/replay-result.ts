import type { Database } from '../database/database.js';
import { asRecord } from '../directory/json.js';
import type { JobHandler } from '../queue/consume.js';
import { replayIdOf } from '../queue/jobs.js';
import { markDone, type ReplayOutcome } from './replays.js';

/**
 * The same handler, which also stores the result of a job that is being replayed. BullMQ's own return value is not enough:
 * the queue removes a finished sweep at once, and a finished hint after an hour or 10,000 others. The result is stored
 * before the job ends. If the worker dies in between, another one runs the job and stores the result again.
 */
export function recordingReplays(database: Database, handle: JobHandler): JobHandler {
  return async (job) => {
    const answer = await handle(job);
    const replayId = replayIdOf(job.data);
    if (replayId !== null) await markDone(database, replayId, replayOutcome(answer));
    return answer;
  };
}

/** A handler's return value as the result of a replay. Pure. A hint returns its outcome, a reread the number of changes. */
export function replayOutcome(answer: unknown): ReplayOutcome {
  const { changed } = asRecord(answer);
  if (answer === 'changed' || (typeof changed === 'number' && changed > 0)) return { result: 'changed', why: null };
  if (answer === 'superseded') return { result: 'superseded', why: null };
  if (answer === 'reread') return { result: 'read again', why: null };
  if (answer === 'unknown_team') {
    return { result: null, why: 'no team has its organization; when one has it (`enable`), a sweep reads it' };
  }
  return { result: 'already right', why: null };
}

/** Why a job in this state can't be replayed; null if it can. Pure. */
export function refusalToReplay(state: string): string | null {
  if (['failed', 'completed', 'forgotten'].includes(state)) return null;
  if (state === 'active') return 'a worker is handling it now';
  return `it is ${state}, so a worker will try it`;
}
