import { TransientError } from '../errors/errors.js';
import type { Log } from '../log/log.js';
import { createOutageLog } from '../log/outage-log.js';
import { limitPerMinute } from '../log/rate-limited-line.js';
import { queueNames } from '../queue/backend.js';
import type { FailedAttempt } from '../queue/consume.js';

/** The failed set has them all, and `support failed` shows them. */
const givenUpAMinuteMax = 20;

/**
 * Logs jobs that fail. Those that are tried again are told of by their reasons, as the world's troubles are: in an outage
 * each of a backlog fails several times. Those that are given up are told of one by one.
 */
export function failedJobLog(log: Log): (attempt: FailedAttempt) => void {
  const retried = new Map(queueNames.map((name) => [name, createOutageLog(log, `jobs of ${name}`)]));
  const tellGivenUp = limitPerMinute(givenUpAMinuteMax, (attempt: FailedAttempt, untold) =>
    log.warn({ ...attempt, ...(untold > 0 ? { untold } : {}) }, 'job failed for good'),
  );
  return (attempt) => {
    if (attempt.final) return tellGivenUp(attempt);
    log.debug(attempt, 'job failed, will be tried again');
    retried.get(attempt.queue)?.failed(new TransientError(attempt.error));
  };
}
