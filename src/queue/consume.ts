import { type Job, UnrecoverableError } from 'bullmq';
import { describeFailure, PermanentError } from '../errors/errors.js';
import { waitAtMost } from '../process/deadline.js';
import { openBackend, type QueueHome, type QueueName } from './backend.js';

export type JobHandler = (job: {
  id: string;
  name: string;
  data: unknown;
  attempt: number;
  /** How often a worker died while it handled the job. */
  deaths: number;
}) => Promise<unknown>;

export type FailedAttempt = {
  queue: QueueName;
  jobId: string;
  attempt: number;
  final: boolean;
  /** The job is an event accepted from Stytch, not one of our own rereads or sweeps. */
  isHint: boolean;
  error: string;
};

export type ConsumeOptions = {
  /** Jobs handled at the same time. */
  concurrency: number;
  onError: (error: Error) => void;
  /** `data` holds ids, and is not for logs. */
  onFailed: (attempt: FailedAttempt, data: unknown) => void;
};

export type Consumer = {
  /** Fetches no more jobs. Resolves when the current jobs are done, or after `drainMs`. */
  close(): Promise<void>;
};

/**
 * A job may wait for a call that hangs. BullMQ itself may hang when Redis has just come back: after a cluster's failover one
 * close in five never ends (BullMQ 6.7). Unfinished jobs stay in the queue. Another worker takes them over when their lock ends.
 */
const drainMs = 10_000;

/**
 * Handles the jobs of a queue. A job whose handler throws PermanentError fails for good. Any other error is retried. When the
 * process dies, another worker takes over its jobs after at most 15 s. So a handler must be safe to run twice.
 */
export function consume(home: QueueHome, queue: QueueName, handle: JobHandler, options: ConsumeOptions): Consumer {
  const backend = openBackend(home, { maxRetriesPerRequest: null });
  const settings = {
    concurrency: options.concurrency,
    lockDuration: 15_000,
    stalledInterval: 5_000,
    maxStalledCount: 5, // a job that was being handled at five deaths of workers probably causes them
    runRetryDelay: 1_000,
  };
  const processor = (job: Job) => handle(jobOf(job)).catch(withoutDetails);
  const worker = backend.worker(queue, processor, settings, {
    onError: options.onError,
    onFailed: (job, error) => {
      if (job === undefined) return;
      const final = job.finishedOn !== undefined;
      const isHint = queue === 'leavers' || queue === 'hints';
      const attempt = { queue, jobId: job.id ?? '', attempt: job.attemptsMade, final, isHint, error: error.message };
      options.onFailed(attempt, job.data);
    },
  });
  return {
    close: async () => {
      await waitAtMost(drainMs, worker.close());
      await backend.disconnect();
    },
  };
}

function jobOf({ id = '', name, data, attemptsMade, stalledCounter }: Job): Parameters<JobHandler>[0] {
  return { id, name, data, attempt: attemptsMade + 1, deaths: stalledCounter };
}

/**
 * BullMQ stores the message and the stack of a failure, so it gets our own words only. The stack would always be of this file,
 * and nine of them make a failed job 5.6 KB large. So there is none: its place has the time of the attempt.
 */
function withoutDetails(error: unknown): never {
  const message = describeFailure(error);
  const failure = error instanceof PermanentError ? new UnrecoverableError(message) : new Error(message);
  failure.stack = `${failure.name}: ${message}\n    at ${new Date().toISOString()}`;
  throw failure;
}
