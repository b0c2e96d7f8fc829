import { RequestProblem } from '../errors/request-problem.js';
import { describeJobs, type FoundJob } from './failed-jobs.js';
import { parseJobId } from './job-id.js';
import type { ReplayParts } from './parts.js';
import { recordedHint } from './recorded-hint.js';

/**
 * A job by its id, whatever became of it: where the queue has forgotten it, as sync_events remembers its hint.
 * @throws RequestProblem when nobody knows it
 */
export async function findJob(
  { queues, database }: Pick<ReplayParts, 'queues' | 'database'>,
  id: string,
): Promise<FoundJob> {
  const place = parseJobId(id);
  const job = (await queues.find(place.id, place.queues)) ?? (await forgottenJob(database, id));
  const [found] = job === null ? [] : await describeJobs(database, [job]);
  if (found === undefined) {
    throw new RequestProblem('not_found', `Neither the queue nor sync_events knows a job ${id}. See \`failed\`.`);
  }
  return found;
}

async function forgottenJob(database: ReplayParts['database'], id: string) {
  const hint = await recordedHint(database, id);
  if (hint === null) return null;
  const queue = hint.memberGone ? ('leavers' as const) : ('hints' as const);
  const never = { addedAt: new Date(0), lastTriedAt: null, finishedAt: new Date(hint.receivedAt) };
  const counts = { attempts: 0, attemptsMax: 0 };
  return {
    ...never,
    ...counts,
    queue,
    id,
    name: 'hint',
    data: hint,
    state: 'forgotten',
    answer: null,
    error: null,
    errors: [],
  };
}
