import { databaseAway } from '../database/database.js';
import { codeOf, TransientError } from '../errors/errors.js';
import { connectionLost, redisProblem } from './redis-problem.js';

/**
 * Why Redis did not do something, in words that may be told. Null: the error says nothing of Redis.
 * @param lost what the connection was lost by, while it is lost: a command that finds it so only says that it can't be sent
 */
export function redisAway(error: unknown, lost: unknown): TransientError | null {
  const problem = redisProblem(error) ?? redisProblem(lost) ?? connectionLost(error);
  if (problem === null) return null;
  return new TransientError(`Redis can't be used: ${problem.meaning} (${problem.word}).`, problem.remedy);
}

/** The same of a queue in PostgreSQL. */
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
 * BullMQ's word for a job that another worker has taken over, or that the queue has lost: after a restart or a failover of
 * the queue, or when this process stood still. Null: it is something else.
 */
export function jobLost(error: unknown): TransientError | null {
  const isIt = error instanceof Error && lost.test(error.message);
  return isIt
    ? new TransientError('A job in hand is not ours any more. Whoever has it does it again, else a sweep.')
    : null;
}
