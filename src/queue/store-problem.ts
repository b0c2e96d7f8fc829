import { databaseAway } from '../database/database.js';
import { codeOf, TransientError } from '../errors/errors.js';
import { connectionLost, redisProblem } from './redis-problem.js';

/**
 * Our own error for a failure of Redis. Null when the error is not about Redis.
 * @param lost why the connection is lost, if it is. The error of a command that can't be sent does not say why
 */
export function redisAway(error: unknown, lost: unknown): TransientError | null {
  const problem = redisProblem(error) ?? redisProblem(lost) ?? connectionLost(error);
  if (problem === null) return null;
  return new TransientError(`Redis can't be used: ${problem.meaning} (${problem.word}).`, problem.remedy);
}

/** The same for a queue in PostgreSQL. */
export function postgresAway(error: unknown): TransientError | null {
  if (!(error instanceof Error)) return null;
  if (/timeout|timed out/i.test(error.message)) return databaseAway('ETIMEDOUT');
  if (/Connection terminated|Client has encountered a connection error/.test(error.message)) {
    return databaseAway('ECONNRESET');
  }
  if (error.name === 'SchemaMigrationRequiredError') return databaseAway('3F000');
  return codeOf(error) === '' ? null : databaseAway(codeOf(error));
}

const lost = /^(Missing (lock|key) for job|Lock mismatch for job|Job \S+ is not in the \S+ state|could not renew lock)/;

/**
 * BullMQ's error when another worker has taken over the job, or the queue has lost it: after a restart or a failover of the
 * queue, or when this process was suspended. Null for any other error.
 */
export function jobLost(error: unknown): TransientError | null {
  const isIt = error instanceof Error && lost.test(error.message);
  return isIt
    ? new TransientError(
        'The queue gave this job to another worker, or lost it. That worker, or a sweep, does the work.',
      )
    : null;
}
