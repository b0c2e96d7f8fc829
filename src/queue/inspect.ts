import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError } from '../errors/errors.js';
import {
  type Backend,
  type BackendJob,
  type OpenQueue,
  openBackend,
  type QueueHome,
  type QueueName,
  queueNames,
} from './backend.js';
import { examineRedis, type RedisExamination } from './examine-redis.js';
import { type FailedEntry, type FailedPlace, failedSlices } from './failed.js';

/** A job as the queue keeps it. `data` is what we wrote: ids and times. */
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
  /** What its handler answered, once it is completed. */
  answer: unknown;
  error: string | null;
  /** Of the last attempts, the oldest first; the queue keeps our own words only. */
  errors: string[];
};

export type JobCounts = { waiting: number; active: number; delayed: number; failed: number };

/** The queues as support sees them: what failed, what is pending; and the one act, trying a finished job again. */
export type QueueInspector = {
  /** All that failed, the latest first, in bounded slices. @param from where to begin; the latest by default */
  failed(from?: FailedPlace | null): AsyncGenerator<StoredJob[]>;
  find(id: string, queues: readonly QueueName[]): Promise<StoredJob | null>;
  /** The same job with this data, all its attempts before it; false when it is in no finished state any more. */
  retry(job: StoredJob, data: object): Promise<boolean>;
  counts(): Promise<Record<QueueName, JobCounts>>;
  /** When the job that waits longest was added. */
  oldestPending(): Promise<Date | null>;
  /** How Redis is, by its own words and by a trial write; null when the queue is in PostgreSQL. Never throws. */
  examineRedis(): Promise<RedisExamination | null>;
  close(): Promise<void>;
};

const deadlineMs = 15_000;
const againAfterMs = 500;

/** For support's programs. Each call answers within the deadline or throws TransientError. */
export function inspectQueues(home: QueueHome, onError: (error: Error) => void): QueueInspector {
  const backend = openBackend(home, { maxRetriesPerRequest: 1, commandTimeout: deadlineMs });
  const within = withinDeadline(backend);
  const queues = new Map(queueNames.map((name) => [name, backend.queue(name, { onError })]));
  const each = <T>(ask: (queue: OpenQueue, name: QueueName) => Promise<T>) =>
    within(() => Promise.all([...queues].map(([name, queue]) => ask(queue, name))));
  const find = async (id: string, among: readonly QueueName[]) => {
    const found = await each(async (queue, name) => {
      const job = among.includes(name) ? await queue.getJob(id) : undefined;
      return job === undefined ? null : storedJob(name, job, await job.getState());
    });
    return found.find((job) => job !== null) ?? null;
  };
  return {
    failed: (from = null) => storedSlices(failedSlices(queues, within, from)),
    find,
    retry: (job, data) => within(() => retryIn(queues.get(job.queue), job, data)),
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

/** The data first: should this process die in between, the job is still where it was. */
async function retryIn(queue: OpenQueue | undefined, { id, state }: StoredJob, data: object): Promise<boolean> {
  const job = await queue?.getJob(id);
  if (job === undefined || (state !== 'failed' && state !== 'completed')) return false;
  await job.updateData(data);
  try {
    await job.retry(state, { resetAttemptsMade: true });
    return true;
  } catch (error) {
    if ((await job.getState()) !== state) return false; // somebody else was quicker
    throw error;
  }
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

/** A job that was removed between the listing and the reading is listed without its content. */
function isWhole<T extends { id?: string }>(job: T | undefined): job is T {
  return job !== undefined && job !== null && typeof job.id === 'string';
}

function storedJob(queue: QueueName, job: BackendJob, state: string): StoredJob {
  const time = (at: number | null | undefined) => (typeof at === 'number' ? new Date(at) : null);
  const errors = (job.stacktrace ?? []).map((stack) => firstLine(String(stack)));
  return {
    ...{ queue, id: String(job.id), name: job.name, data: job.data, state },
    attempts: job.attemptsMade,
    attemptsMax: job.opts.attempts ?? 1,
    addedAt: new Date(job.timestamp),
    lastTriedAt: time(job.processedOn),
    finishedAt: time(job.finishedOn),
    answer: job.returnvalue ?? null,
    error: job.failedReason ?? null,
    errors,
  };
}

function firstLine(stack: string): string {
  return (stack.split('\n')[0] ?? '').replace(/^\w*Error: /, '');
}

const remedy = 'Is Redis (or PostgreSQL) up, and REDIS_URL right?';

type Within = <T>(work: () => Promise<T>) => Promise<T>;

/** Tries again until the deadline: a queue that is reached at the second attempt was reached. */
function withinDeadline({ inWords }: Backend): Within {
  return async (work) => {
    const deadline = Date.now() + deadlineMs;
    for (;;) {
      try {
        return await orLate(work(), deadline - Date.now());
      } catch (error) {
        if (error instanceof TransientError) throw error;
        if (Date.now() + againAfterMs >= deadline) {
          throw inWords(error) ?? new TransientError('The queue can not be reached.', remedy);
        }
        await sleep(againAfterMs);
      }
    }
  };
}

async function orLate<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TransientError('The queue did not answer in time.')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
