import type { BackendJob, OpenQueue, QueueName } from './backend.js';

/**
 * A place in the list of all failed jobs, the latest first: where one moment begins, and how many of its jobs come before.
 * Unlike a number in the list it stays where it is while jobs fail and leave.
 */
export type FailedPlace = { failedAt: Date; skip: number };
export type FailedEntry = { queue: QueueName; job: BackendJob };

/** A job is 1 to 4 KB: 400 KB in one slice. */
const jobsPerSlice = 100;
/** A second look can name 1,000 members, which take 300 KB: 3 MB in one slice. */
const rereadsPerSlice = 10;
const sliceOf = (queue: QueueName) => (queue === 'rereads' ? rereadsPerSlice : jobsPerSlice);

/**
 * The failed jobs of all queues as one list, the latest first, in bounded slices: 20,000 of them, three minutes of an
 * outage, are 100 MB. Each job once: what fails meanwhile only shifts the list, which is noticed. What leaves it meanwhile
 * may hide another one until the next look.
 * @param call what each question to the queue runs in: a deadline, errors that may be told
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

/** Of two jobs that failed in the same millisecond, the one whose queue comes first: so that places stay comparable. */
async function latestOf(readers: readonly Reader[]): Promise<Reader | null> {
  let latest: Reader | null = null;
  for (const reader of readers) {
    const at = await reader.next();
    if (at !== null && (latest === null || at > latest.at())) latest = reader;
  }
  return latest;
}

/** Times as many may be of one moment; more are taken in the order in which they come, which PostgreSQL leaves open. */
const momentFactor = 4;

/**
 * One queue's list. The jobs of one moment are read together and put in the order of their ids: a backend may give those in
 * any order, and another one each time.
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
    // The jobs of the last moment may go on behind what was read: they wait until all of them are read together.
    const last = Math.min(...jobs.map(finishedAt));
    const isTooLong = size >= momentFactor * sliceOf(name);
    const whole = jobs.filter((job) => isOver || isTooLong || finishedAt(job) > last);
    start += jobs.length === 0 ? ids.length : whole.length;
    size = whole.length === 0 && jobs.length > 0 ? size * 2 : sliceOf(name);
    // What failed meanwhile has shifted the list: what is not older was read before.
    waiting = whole.filter((job) => finishedAt(job) < olderThan).sort(byMoment);
    olderThan = Math.min(olderThan, isTooLong && !isOver ? last + 1 : Math.min(...whole.map(finishedAt)));
  };
  const at = () => (waiting[0] === undefined ? Number.NEGATIVE_INFINITY : finishedAt(waiting[0]));
  return {
    name,
    at,
    /** When the next one failed; null at the end. */
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

/** How many failed later than this: the list is in order of time, so a few looks at it are enough. */
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

/** Not if it was removed, or is tried again, since its id was listed. */
function isFailed(job: BackendJob | undefined): job is BackendJob {
  return job !== undefined && job !== null && typeof job.id === 'string' && typeof job.finishedOn === 'number';
}

function finishedAt({ finishedOn }: BackendJob): number {
  return finishedOn ?? 0;
}
