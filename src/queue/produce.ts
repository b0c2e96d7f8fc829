import type { JobsOptions, KeepJobs } from 'bullmq';
import { TransientError } from '../errors/errors.js';
import { type Backend, type OpenQueue, openBackend, type QueueHome, type QueueName, queueNames } from './backend.js';
import type { ReconnectListener } from './redis.js';
import { countJobs, type JobState, type PendingJob, pendingJobs } from './watch.js';

export type NewJob = {
  queue: QueueName;
  name: string;
  /** Ids and times only: it lies in the queue in clear text. */
  data: object;
  /** A job whose id the queue still knows is not added again; if it has failed for good, it is tried again. */
  id?: string;
  delayMs?: number;
  /** While a job with this key waits it stands for this one too; if it is being worked on, one more follows it. */
  once?: string;
  /** The trace that it goes on with, where that is not the one under way. */
  trace?: string;
};

export type Producer = {
  /** Resolves when the queue holds the jobs. @throws TransientError, after the deadline at the latest */
  add(jobs: readonly NewJob[], options?: { deadlineMs?: number }): Promise<void>;
  /** Resolves when the queue has taken a write, of which nothing stays. @throws TransientError: why it takes none */
  trialWrite(options?: { deadlineMs?: number }): Promise<void>;
  /** The hints that are accepted and not settled, among them the oldest. @throws TransientError */
  pending(): Promise<PendingJob[]>;
  /** Hints by state. @throws TransientError */
  count(): Promise<Record<JobState, number>>;
  /** Has jobs of this queue that wait for their next attempt, or for their time, tried now. @throws TransientError */
  promote(queue: QueueName): Promise<void>;
  close(): Promise<void>;
};

/**
 * Attempts after 0.9, 1.8, 3.6 … 115 s, each up to half shorter (jitter): all inside four minutes, so that what fails for
 * good is in front of a person before the SLA's five are over.
 */
const jobOptions: JobsOptions = {
  attempts: 9,
  backoff: { type: 'exponential', delay: 900, jitter: 0.5 },
  removeOnFail: false,
  stackTraceLimit: 3, // of nine attempts: the last ones say what is wrong now
};
/** Handled hints that a queue remembers for an hour: some 12 MB. It spares a second read when Svix retries; no guarantee rests on it. */
const handledMax = 10_000;
const removeOnComplete: Record<QueueName, KeepJobs | boolean> = {
  leavers: { age: 3600, count: handledMax },
  hints: { age: 3600, count: handledMax },
  rereads: true,
  sweeps: true,
  replays: true,
};
const deadlineDefaultMs = 5_000;
/** BullMQ moves so many at a time. */
const jobsPerPromotion = 1000;

/** For processes that add jobs. Fails fast and keeps nothing in memory: whoever asked is told, and asks again. */
export function connectProducer(
  home: QueueHome,
  onError: (error: Error) => void,
  onReconnect?: ReconnectListener,
): Producer {
  const redisOptions = { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: deadlineDefaultMs };
  const backend = openBackend(home, redisOptions, onReconnect);
  const open = (name: QueueName) => backend.queue(name, { onError });
  const queues = new Map(queueNames.map((name) => [name, open(name)]));
  const of = (name: QueueName) => queues.get(name) ?? open(name);
  const hintQueues = [of('leavers'), of('hints')];
  const within = withinDeadline(backend);
  return {
    add: (jobs, { deadlineMs = deadlineDefaultMs } = {}) =>
      within(deadlineMs, async () => {
        for (const [name, queue] of queues)
          await addTo(
            queue,
            jobs.filter((job) => job.queue === name),
          );
      }),
    trialWrite: async ({ deadlineMs = deadlineDefaultMs } = {}) => {
      await within(deadlineMs, backend.trialWrite);
    },
    pending: () => within(deadlineDefaultMs, () => pendingJobs(hintQueues)),
    count: () => within(deadlineDefaultMs, () => countJobs(hintQueues)),
    promote: (name) => within(deadlineDefaultMs, () => of(name).promoteJobs({ count: jobsPerPromotion })),
    close: async () => {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      await backend.disconnect();
    },
  };
}

async function addTo(queue: OpenQueue, jobs: readonly NewJob[]): Promise<void> {
  const [first] = jobs;
  if (first && jobs.length === 1) await queue.add(first.name, first.data, optionsOf(first));
  if (jobs.length > 1)
    await queue.addBulk(jobs.map((job) => ({ name: job.name, data: job.data, opts: optionsOf(job) })));
  await retryFailed(queue, jobs);
}

/**
 * Who sends a job again that has failed for good (a webhook, from Stytch's portal) wants it tried again. That nothing has
 * failed, which is nearly always so, is one question for all of them.
 */
async function retryFailed(queue: OpenQueue, jobs: readonly NewJob[]): Promise<void> {
  const ids = jobs.flatMap(({ id }) => (id === undefined ? [] : [id]));
  if (ids.length === 0 || ((await queue.getJobCounts('failed')).failed ?? 0) === 0) return;
  for (const id of ids) {
    if ((await queue.getJobState(id)) !== 'failed') continue;
    const job = await queue.getJob(id);
    await job?.retry('failed', { resetAttemptsMade: true }).catch(async (error) => {
      if ((await queue.getJobState(id)) === 'failed') throw error; // else somebody was quicker
    });
  }
}

function optionsOf({ queue, id, delayMs, once, trace }: NewJob): JobsOptions {
  return {
    ...jobOptions,
    removeOnComplete: removeOnComplete[queue],
    ...(id === undefined ? {} : { jobId: id }),
    ...(delayMs === undefined ? {} : { delay: delayMs }),
    ...(once === undefined ? {} : { deduplication: { id: once, keepLastIfActive: true } }),
    ...(trace === undefined ? {} : { telemetry: { metadata: trace } }),
  };
}

function withinDeadline({ inWords }: Backend) {
  return async <T>(deadlineMs: number, work: () => Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new TransientError('The queue did not answer in time.')), deadlineMs);
    });
    try {
      return await Promise.race([work(), late]);
    } catch (error) {
      if (error instanceof TransientError) throw error;
      throw inWords(error) ?? new TransientError('The queue can not be reached.');
    } finally {
      clearTimeout(timer);
    }
  };
}
