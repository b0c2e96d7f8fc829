import { TransientError } from '../errors/errors.js';
import { withDeadline } from '../process/deadline.js';
import type { Backend } from './backend.js';

/** Runs a call to the queue. @throws TransientError, at the deadline at the latest */
export type QueueCall = <T>(deadlineMs: number, work: () => Promise<T>) => Promise<T>;

export function queueCall({ inWords }: Pick<Backend, 'inWords'>): QueueCall {
  return async (deadlineMs, work) => {
    try {
      return await withDeadline(deadlineMs, work, () => new TransientError('The queue did not answer in time.'));
    } catch (error) {
      if (error instanceof TransientError) throw error;
      throw inWords(error) ?? new TransientError('The queue can not be reached.', remedy);
    }
  };
}

const remedy = 'Is Redis (or PostgreSQL) up, and REDIS_URL right?';
