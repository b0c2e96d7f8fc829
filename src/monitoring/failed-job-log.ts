import { TransientError } from '../errors/errors.js';
import type { Log } from '../log/log.js';
import { createOutageLog } from '../log/outage-log.js';
import { limitPerMinute } from '../log/rate-limited-line.js';
import { queueNames } from '../queue/backend.js';
import type { FailedAttempt } from '../queue/consume.js';

/** The failed set has them all, and `support failed` shows them. */
const givenUpAMinuteMax = 20;

/**
 * Logs failed jobs. A job that is given up gets a line of its own. Jobs that are retried are summed up by reason, as an outage
 * is, because in an outage each job of a backlog fails several times.
 */
export function failedJobLog(log: Log): (attempt: FailedAttempt) => void {
  const retried = new Map(queueNames.map((name) => [name, createOutageLog(log, `jobs of ${name}`)]));
  const writeGivenUp = limitPerMinute(givenUpAMinuteMax, (attempt: FailedAttempt, dropped) =>
    log.warn({ ...attempt, ...(dropped > 0 ? { untold: dropped } : {}) }, 'job failed for good'),
  );
  return (attempt) => {
    if (attempt.final) return writeGivenUp(attempt);
    log.debug(attempt, 'job failed, will be retried');
    retried.get(attempt.queue)?.failed(new TransientError(attempt.error));
  };
}
