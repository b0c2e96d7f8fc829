import { setTimeout as sleep } from 'node:timers/promises';
import { shownJobId } from './job-id.js';
import type { ReplayParts } from './parts.js';
import { type BatchCounts, closeFinished, countsOf, eachAnswer, type ReplayResult } from './replays.js';
import type { Skipped, StartedReplay } from './start-replay.js';

type Parts = Pick<ReplayParts, 'database'>;

const pauseMs = 250;

export type AwaitOptions = {
  timeoutMs: number;
  onProgress?: (progress: BatchCounts) => void;
  signal?: AbortSignal;
};

/** Waits until a replay is done, the timeout has passed, or the signal comes. The replay continues in any case. */
export async function awaitReplay(
  { database }: Parts,
  { batchId }: StartedReplay,
  { timeoutMs, onProgress = () => {}, signal }: AwaitOptions,
): Promise<BatchCounts> {
  if (batchId === null) return { done: 0, total: 0 };
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const counts = await countsOf(database, batchId);
    onProgress(counts);
    if (counts.done === counts.total) await closeFinished(database);
    if (counts.done === counts.total || Date.now() >= deadline || signal?.aborted) return counts;
    await sleep(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => {}); // the signal ends the pause
  }
}

/** The contract's answer as it stands now. Both lists are read in parts: they may be as long as the failed set was. */
export type ReplayReport = {
  replayed: AsyncIterable<{ id: string; result: ReplayResult }>;
  /** The jobs that were not filed come first, then those that are not done yet. */
  skipped: AsyncIterable<Skipped>;
};

export function replayReport({ database }: Parts, { batchId, skipped }: StartedReplay): ReplayReport {
  async function* answers() {
    if (batchId !== null) yield* eachAnswer(database, batchId);
  }
  return {
    replayed: (async function* () {
      for await (const { queue, jobId, result } of answers())
        if (result !== null) yield { id: shownJobId(queue, jobId), result };
    })(),
    skipped: (async function* () {
      yield* skipped;
      for await (const { queue, jobId, state, result, why } of answers())
        if (result === null) yield { id: shownJobId(queue, jobId), why: why ?? whyNotDone[state] };
    })(),
  };
}

/** Whether a job was skipped only because the replay has not come to its end yet. */
export function isNotDoneYet({ why }: Skipped): boolean {
  return why === whyNotDone.waiting || why === whyNotDone.retried;
}

const whyNotDone = {
  waiting: 'not yet: it waits for its turn, and for a worker; look again with `show`',
  retried: 'not yet: a worker is still trying; look again with `show`',
  done: 'not replayed',
};
