import type { BackendJob, OpenQueue, QueueName } from './backend.js';

/**
 * A position in the list of all failed jobs, latest first: a millisecond, and how many of its jobs to skip. Unlike an index it
 * stays valid while jobs are added and removed.
 */
export type FailedPlace = { failedAt: Date; skip: number };
export type FailedEntry = { queue: QueueName; job: BackendJob };

/** A job has 1 to 4 KB, so a slice has up to 400 KB. */
const jobsPerSlice = 100;
/** A recheck can name 1,000 members in 300 KB, so a slice has up to 3 MB. */
const rereadsPerSlice = 10;
const sliceOf = (queue: QueueName) => (queue === 'rereads' ? rereadsPerSlice : jobsPerSlice);

/**
 * The failed jobs of all queues as one list, latest first, in bounded slices: 20,000 of them (three minutes of an outage) have
 * 100 MB. Each job comes once, even when jobs fail meanwhile and shift the list. A job that leaves the list meanwhile may hide
 * another one until the next run.
 * @param call runs each call to the queue: with a deadline, and with our own errors
 */
export async function* failedSlices(
  queues: ReadonlyMap<QueueName, OpenQueue>,
  call: <T>(ask: () => Promise<T>) => Promise<T>,
  from: FailedPlace | null,
): AsyncGenerator<FailedEntry[]> {
  const readers = await Promise.all([...queues].map(([name, queue]) => openReader(name, queue, call, from)));
  let [slice, skip]: [FailedEntry[], number] = [[], from?.skip ?? 0];
  for (let latest = await latestOf(readers); latest !== null; latest = await latestOf(readers)) {
    const job = latest.take();
    if (skip > 0 && finishedAt(job) === from?.failedAt.getTime()) skip -= 1;
    else slice.push({ queue: latest.name, job });
    if (slice.length < sliceOf(latest.name)) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}

type Reader = Awaited<ReturnType<typeof openReader>>;

/** Of two jobs that failed in the same millisecond, it takes the one of the first queue. So positions stay comparable. */
async function latestOf(readers: readonly Reader[]): Promise<Reader | null> {
  let latest: Reader | null = null;
  for (const reader of readers) {
    const at = await reader.next();
    if (at !== null && (latest === null || at > latest.at())) latest = reader;
  }
  return latest;
}

/** The jobs of one millisecond are sorted up to this many slices. More are taken in the backend's order, which is undefined in PostgreSQL. */
const momentFactor = 4;

/**
 * Reads one queue's list. Jobs of the same millisecond are read together and sorted by id, because a backend may return them
 * in any order.
 */
async function openReader(
  name: QueueName,
  queue: OpenQueue,
  call: <T>(ask: () => Promise<T>) => Promise<T>,
  from: FailedPlace | null,
) {
  const upTo = from?.failedAt.getTime() ?? Number.POSITIVE_INFINITY;
  let [start, size]: [number, number] = [from === null ? 0 : await call(() => startOf(queue, upTo)), sliceOf(name)];
  let [waiting, isOver, olderThan]: [BackendJob[], boolean, number] = [[], false, upTo + 1];
  const fill = async () => {
    const ids = await call(() => queue.getRanges(['failed'], start, start + size - 1, false));
    const jobs = (await call(() => Promise.all(ids.map((id) => queue.getJob(id))))).filter(isFailed);
    isOver = ids.length < size;
    // The last millisecond may continue beyond what was read. Its jobs wait until they are read together.
    const last = Math.min(...jobs.map(finishedAt));
    const isTooLong = size >= momentFactor * sliceOf(name);
    const whole = jobs.filter((job) => isOver || isTooLong || finishedAt(job) > last);
    start += jobs.length === 0 ? ids.length : whole.length;
    size = whole.length === 0 && jobs.length > 0 ? size * 2 : sliceOf(name);
    // Jobs that failed meanwhile have shifted the list. A job that is not older was read before.
    waiting = whole.filter((job) => finishedAt(job) < olderThan).sort(byMoment);
    olderThan = Math.min(olderThan, isTooLong && !isOver ? last + 1 : Math.min(...whole.map(finishedAt)));
  };
  const at = () => (waiting[0] === undefined ? Number.NEGATIVE_INFINITY : finishedAt(waiting[0]));
  return {
    name,
    at,
    /** When the next job failed. Null at the end. */
    next: async () => {
      while (waiting.length === 0 && !isOver) await fill();
      return waiting.length === 0 ? null : at();
    },
    take: () => waiting.shift() as BackendJob,
  };
}

function byMoment(a: BackendJob, b: BackendJob): number {
  return finishedAt(b) - finishedAt(a) || (String(a.id) < String(b.id) ? -1 : 1);
}

/** How many jobs failed later than this. The list is sorted by time, so this is a binary search. */
async function startOf(queue: OpenQueue, time: number): Promise<number> {
  const { failed = 0 } = await queue.getJobCounts('failed');
  let [low, high] = [0, failed];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [id] = await queue.getRanges(['failed'], middle, middle, false);
    const job = id === undefined ? undefined : await queue.getJob(id);
    if (isFailed(job) && finishedAt(job) > time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** False if the job was removed or retried since its id was listed. */
function isFailed(job: BackendJob | undefined): job is BackendJob {
  return job !== undefined && job !== null && typeof job.id === 'string' && typeof job.finishedOn === 'number';
}

function finishedAt({ finishedOn }: BackendJob): number {
  return finishedOn ?? 0;
}
