import { setTimeout as sleep } from 'node:timers/promises';
import { type BackendJob, type OpenQueue, openBackend, type QueueHome, type QueueName, queueNames } from './backend.js';
import { examineRedis, type RedisExamination } from './examine-redis.js';
import { type FailedEntry, type FailedPlace, failedSlices } from './failed.js';
import { type QueueCall, queueCall } from './queue-call.js';

/** A job in the queue. `data` holds ids and times. */
export type StoredJob = {
  queue: QueueName;
  id: string;
  name: string;
  data: unknown;
  state: string;
  attempts: number;
  attemptsMax: number;
  addedAt: Date;
  lastTriedAt: Date | null;
  finishedAt: Date | null;
  /** The handler's return value, when the job is completed. */
  answer: unknown;
  error: string | null;
  /** The errors of the last attempts, oldest first. They hold our own words only. */
  errors: string[];
  /** When each of these attempts failed. Null for attempts of earlier versions, which stored no time. */
  errorTimes: (Date | null)[];
};

export type JobCounts = { waiting: number; active: number; delayed: number; failed: number };

/** The queues for support: failed and pending jobs, and retrying a finished job. */
export type QueueInspector = {
  /** All failed jobs, latest first, in bounded slices. @param from the start; by default the latest job */
  failed(from?: FailedPlace | null): AsyncGenerator<StoredJob[]>;
  find(id: string, queues: readonly QueueName[]): Promise<StoredJob | null>;
  /** Runs the job again, with this data and all its attempts. False when the job is no longer finished. */
  retry(job: StoredJob, data: object): Promise<boolean>;
  /** Removes a job that has failed for good. A job in another state stays. */
  removeFailed(queue: QueueName, id: string): Promise<void>;
  counts(): Promise<Record<QueueName, JobCounts>>;
  /** When the oldest waiting job was added. */
  oldestPending(): Promise<Date | null>;
  /** The state of Redis, by INFO and a trial write. Null when the queue is in PostgreSQL. Never throws. */
  examineRedis(): Promise<RedisExamination | null>;
  close(): Promise<void>;
};

const deadlineMs = 15_000;
const againAfterMs = 500;

/** For support. Each call returns within the deadline or throws TransientError. */
export function inspectQueues(home: QueueHome, onError: (error: Error) => void): QueueInspector {
  const backend = openBackend(home, { maxRetriesPerRequest: 1, commandTimeout: deadlineMs });
  const call = withRetries(queueCall(backend));
  const queues = new Map(queueNames.map((name) => [name, backend.queue(name, { onError })]));
  const each = <T>(ask: (queue: OpenQueue, name: QueueName) => Promise<T>) =>
    call(() => Promise.all([...queues].map(([name, queue]) => ask(queue, name))));
  const find = async (id: string, among: readonly QueueName[]) => {
    const found = await each(async (queue, name) => {
      const job = among.includes(name) ? await queue.getJob(id) : undefined;
      return job === undefined ? null : storedJob(name, job, await job.getState());
    });
    return found.find((job) => job !== null) ?? null;
  };
  return {
    failed: (from = null) => storedSlices(failedSlices(queues, call, from)),
    find,
    retry: (job, data) => call(() => retryIn(queues.get(job.queue), job, data)),
    removeFailed: (name, id) => call(() => removeFailedIn(queues.get(name), id)),
    counts: async () => Object.fromEntries(await each(countsOf)) as Record<QueueName, JobCounts>,
    oldestPending: async () => earliest(await each(oldestOf)),
    examineRedis: async () => (home.redisUrl === undefined ? null : examineRedis(home.redisUrl)),
    close: async () => {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      await backend.disconnect();
    },
  };
}

async function* storedSlices(slices: AsyncIterable<FailedEntry[]>): AsyncGenerator<StoredJob[]> {
  for await (const slice of slices) yield slice.map(({ queue, job }) => storedJob(queue, job, 'failed'));
}

/** Writes the data first. If this process dies in between, the job is still in its old state. */
async function retryIn(queue: OpenQueue | undefined, { id, state }: StoredJob, data: object): Promise<boolean> {
  const job = await queue?.getJob(id);
  if (job === undefined || (state !== 'failed' && state !== 'completed')) return false;
  await job.updateData(data);
  try {
    await job.retry(state, { resetAttemptsMade: true });
    return true;
  } catch (error) {
    if ((await job.getState()) !== state) return false; // another process retried it first
    throw error;
  }
}

async function removeFailedIn(queue: OpenQueue | undefined, id: string): Promise<void> {
  if ((await queue?.getJobState(id)) !== 'failed') return;
  const job = await queue?.getJob(id);
  await job?.remove().catch(async (error) => {
    if ((await queue?.getJobState(id)) === 'failed') throw error; // else another process retried it first
  });
}

async function countsOf(queue: OpenQueue, name: QueueName): Promise<[QueueName, JobCounts]> {
  const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
  const { waiting = 0, active = 0, delayed = 0, failed = 0 } = counts;
  return [name, { waiting, active, delayed, failed }];
}

async function oldestOf(queue: OpenQueue): Promise<Date | null> {
  const jobs = await queue.getJobs(['waiting', 'active'], 0, 0, true);
  return earliest(jobs.filter(isWhole).map(({ timestamp }) => new Date(timestamp)));
}

function earliest(times: readonly (Date | null)[]): Date | null {
  const known = times.filter((time) => time !== null).sort((a, b) => a.getTime() - b.getTime());
  return known[0] ?? null;
}

/** False for a job that was removed after it was listed. */
function isWhole<T extends { id?: string }>(job: T | undefined): job is T {
  return job !== undefined && job !== null && typeof job.id === 'string';
}

function storedJob(queue: QueueName, job: BackendJob, state: string): StoredJob {
  const time = (at: number | null | undefined) => (typeof at === 'number' ? new Date(at) : null);
  const stacks = (job.stacktrace ?? []).map(String);
  return {
    queue,
    id: String(job.id),
    name: job.name,
    data: job.data,
    state,
    attempts: job.attemptsMade,
    attemptsMax: job.opts.attempts ?? 1,
    addedAt: new Date(job.timestamp),
    lastTriedAt: time(job.processedOn),
    finishedAt: time(job.finishedOn),
    answer: job.returnvalue ?? null,
    error: job.failedReason ?? null,
    errors: stacks.map(firstLine),
    errorTimes: stacks.map(timeIn),
  };
}

/** As a worker wrote it (consume.ts): in the place of the stack. */
function timeIn(stack: string): Date | null {
  const [, time] = /\n {4}at (\d{4}-\d\d-\d\dT[\d:.]+Z)$/.exec(stack) ?? [];
  return time === undefined ? null : new Date(time);
}

function firstLine(stack: string): string {
  return (stack.split('\n')[0] ?? '').replace(/^\w*Error: /, '');
}

/** Retries until the deadline, because a queue that answers the second attempt is up. */
function withRetries(call: QueueCall): <T>(work: () => Promise<T>) => Promise<T> {
  return async (work) => {
    const deadline = Date.now() + deadlineMs;
    for (;;) {
      try {
        return await call(deadline - Date.now(), work);
      } catch (error) {
        if (Date.now() + againAfterMs >= deadline) throw error;
        await sleep(againAfterMs);
      }
    }
  };
}
