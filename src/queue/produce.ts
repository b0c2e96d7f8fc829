import type { JobsOptions, KeepJobs } from 'bullmq';
import { type OpenQueue, openBackend, type QueueHome, type QueueName, queueNames } from './backend.js';
import { queueCall } from './queue-call.js';
import type { ReconnectListener } from './redis.js';
import type { StoreMemory } from './redis-info.js';
import { retrySchedule } from './retry-schedule.js';
import { countJobs, type JobState, type PendingJob, pendingJobs } from './watch.js';

export type NewJob = {
  queue: QueueName;
  name: string;
  /** Ids and times only: the queue stores it as clear text. */
  data: object;
  /** A job whose id is still in the queue is not added again. If that job has failed for good, it is retried. */
  id?: string;
  delayMs?: number;
  /** Deduplication key: not added while a job with this key waits. While one runs, one more is added after it. */
  once?: string;
  /** The trace that the job continues, if it is not the current one. */
  trace?: string;
};

export type Producer = {
  /** Resolves when the queue holds the jobs. @throws TransientError, at the deadline at the latest */
  add(jobs: readonly NewJob[], options?: { deadlineMs?: number }): Promise<void>;
  /** Resolves when the queue accepts a write. Leaves nothing behind. @throws TransientError that says why not */
  trialWrite(options?: { deadlineMs?: number }): Promise<void>;
  /** Some hints that are not handled yet, with the oldest among them. @throws TransientError */
  pending(): Promise<PendingJob[]>;
  /** Hints by state. @throws TransientError */
  count(): Promise<Record<JobState, number>>;
  /** The memory of Redis. Null when the queue is in PostgreSQL. @throws TransientError */
  memory(): Promise<StoreMemory | null>;
  /** Runs this queue's delayed jobs now. @throws TransientError */
  promote(queue: QueueName): Promise<void>;
  close(): Promise<void>;
};

const jobOptions: JobsOptions = {
  ...retrySchedule,
  removeOnFail: false,
  stackTraceLimit: 3, // of nine attempts the last ones say what is wrong now
};
/** Handled hints that a queue keeps for an hour, some 12 MB. This saves a read when Svix retries. Correctness does not need it. */
const handledMax = 10_000;
const removeOnComplete: Record<QueueName, KeepJobs | boolean> = {
  leavers: { age: 3600, count: handledMax },
  hints: { age: 3600, count: handledMax },
  rereads: true,
  sweeps: true,
  replays: true,
};
const deadlineDefaultMs = 5_000;
/** BullMQ moves this many jobs at a time. */
const jobsPerPromotion = 1000;

/** For processes that add jobs. Fails fast and buffers nothing, so the caller knows, and can retry. */
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
  const call = queueCall(backend);
  return {
    add: (jobs, { deadlineMs = deadlineDefaultMs } = {}) =>
      call(deadlineMs, async () => {
        for (const [name, queue] of queues)
          await addTo(
            queue,
            jobs.filter((job) => job.queue === name),
          );
      }),
    trialWrite: async ({ deadlineMs = deadlineDefaultMs } = {}) => {
      await call(deadlineMs, backend.trialWrite);
    },
    pending: () => call(deadlineDefaultMs, () => pendingJobs(hintQueues)),
    count: () => call(deadlineDefaultMs, () => countJobs(hintQueues)),
    memory: () => call(deadlineDefaultMs, backend.memory),
    promote: (name) => call(deadlineDefaultMs, () => of(name).promoteJobs({ count: jobsPerPromotion })),
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
 * An event that is sent again (from Stytch's portal) after its job has failed for good is retried. Usually nothing has failed,
 * and then this is one call for all jobs.
 */
async function retryFailed(queue: OpenQueue, jobs: readonly NewJob[]): Promise<void> {
  const ids = jobs.flatMap(({ id }) => (id === undefined ? [] : [id]));
  if (ids.length === 0 || ((await queue.getJobCounts('failed')).failed ?? 0) === 0) return;
  for (const id of ids) {
    if ((await queue.getJobState(id)) !== 'failed') continue;
    const job = await queue.getJob(id);
    await job?.retry('failed', { resetAttemptsMade: true }).catch(async (error) => {
      if ((await queue.getJobState(id)) === 'failed') throw error; // else another process retried it first
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
