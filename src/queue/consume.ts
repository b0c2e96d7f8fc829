import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, UnrecoverableError } from 'bullmq';
import { describeFailure, PermanentError } from '../errors/errors.js';
import { openBackend, type QueueHome, type QueueName } from './backend.js';

export type JobHandler = (job: {
  id: string;
  name: string;
  data: unknown;
  attempt: number;
  /** How often a worker died with the job in hand. */
  deaths: number;
}) => Promise<unknown>;

export type FailedAttempt = {
  queue: QueueName;
  jobId: string;
  attempt: number;
  final: boolean;
  /** Something accepted from Stytch, not something we asked ourselves for. */
  isHint: boolean;
  error: string;
};

export type ConsumeOptions = {
  /** Jobs in hand at the same time. */
  concurrency: number;
  onError: (error: Error) => void;
  onFailed: (attempt: FailedAttempt) => void;
};

export type Consumer = {
  /** Fetches nothing more, and resolves when what is in hand is done, or was waited for long enough. */
  close(): Promise<void>;
};

/**
 * A hint may be waiting for a call that hangs, or BullMQ for a Redis that has just come back (after a cluster's failover
 * one close in five waits for ever, BullMQ 6.7). Whatever is left after this is still in the queue, and another worker takes
 * it over when its lock ends.
 */
const drainMs = 10_000;

/**
 * Works a queue off. What the handler throws decides: PermanentError fails for good, all else is tried again. A process that
 * dies keeps its jobs for 15 s at most; then another worker takes them over, so a handler must bear being run twice.
 */
export function consume(home: QueueHome, queue: QueueName, handle: JobHandler, options: ConsumeOptions): Consumer {
  const backend = openBackend(home, { maxRetriesPerRequest: null });
  const settings = {
    concurrency: options.concurrency,
    lockDuration: 15_000,
    stalledInterval: 5_000,
    maxStalledCount: 5, // a job in hand when its worker died, five times: that job is suspect
    runRetryDelay: 1_000,
  };
  const processor = (job: Job) => handle(askedOf(job)).catch(withoutDetails);
  const worker = backend.worker(queue, processor, settings, {
    onError: options.onError,
    onFailed: (job, error) => {
      if (job === undefined) return;
      const final = job.finishedOn !== undefined;
      const isHint = queue === 'leavers' || queue === 'hints';
      options.onFailed({ queue, jobId: job.id ?? '', attempt: job.attemptsMade, final, isHint, error: error.message });
    },
  });
  return {
    close: async () => {
      await Promise.race([worker.close(), sleep(drainMs, undefined, { ref: false })]);
      await backend.disconnect();
    },
  };
}

function askedOf({ id = '', name, data, attemptsMade, stalledCounter }: Job): Parameters<JobHandler>[0] {
  return { id, name, data, attempt: attemptsMade + 1, deaths: stalledCounter };
}

/**
 * BullMQ keeps a failure's message and stack in the queue, so it gets our own words only. Its stack would always be this
 * file's, and is what makes a failed job large: 5.6 KB with nine of them.
 */
function withoutDetails(error: unknown): never {
  const message = describeFailure(error);
  const told = error instanceof PermanentError ? new UnrecoverableError(message) : new Error(message);
  told.stack = `${told.name}: ${message}`;
  throw told;
}
