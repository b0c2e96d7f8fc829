import { databaseAway } from '../database.js';
import { codeOf, Unavailable } from '../failures.js';
import { redisProblem } from './redis-problem.js';

/**
 * Why Redis did not do something, in words that may be told. Null: the error says nothing of Redis.
 * @param lost what the connection was lost by, while it is lost: a command that finds it so only says that it can't be sent
 */
export function redisAway(error: unknown, lost: unknown): Unavailable | null {
  const problem = redisProblem(error) ?? redisProblem(lost);
  if (problem === null) return null;
  return new Unavailable(`Redis can't be used: ${problem.meaning} (${problem.word}).`, problem.remedy);
}

/** The same of a queue in PostgreSQL. */
export function postgresAway(error: unknown): Unavailable | null {
  if (!(error instanceof Error)) return null;
  if (/timeout|timed out/i.test(error.message)) return databaseAway('ETIMEDOUT');
  if (/Connection terminated|Client has encountered a connection error/.test(error.message)) {
    return databaseAway('ECONNRESET');
  }
  if (error.name === 'SchemaMigrationRequiredError') return databaseAway('3F000');
  return codeOf(error) === '' ? null : databaseAway(codeOf(error));
}

/**
 * BullMQ's word for a job that another worker has taken over, or that the queue has lost: after a restart or a failover of
 * the queue, or when this process stood still. Null: it is something else.
 */
export function jobLost(error: unknown): Unavailable | null {
  const isIt = error instanceof Error && /^(Missing (lock|key) for job|could not renew lock)/.test(error.message);
  return isIt
    ? new Unavailable('A job in hand is not ours any more. Whoever has it does it again, else a sweep.')
    : null;
}
