import { setTimeout as sleep } from 'node:timers/promises';
import { replayStep } from '../queue/jobs.js';
import { shownJobId } from './job-id.js';
import type { ReplayParts } from './parts.js';
import { type BatchCounts, closeFinished, countsOf, eachAnswer, type ReplayResult } from './replays.js';
import type { Skipped, StartedReplay } from './start-replay.js';

type Parts = Pick<ReplayParts, 'database' | 'producer'>;

const lookEveryMs = 250;
const askAgainAfterMs = 1_000;

/** Waits until a replay is done, or for as long as the caller wants. What is not done by then goes on without us. */
export async function awaitReplay(
  { database, producer }: Parts,
  { batchId }: StartedReplay,
  { patienceMs, onProgress = () => {} }: { patienceMs: number; onProgress?: (progress: BatchCounts) => void },
): Promise<void> {
  if (batchId === null) return;
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const counts = await countsOf(database, batchId);
    onProgress(counts);
    if (counts.done === counts.total) return closeFinished(database);
    if (Date.now() >= deadline) return;
    await sleep(lookEveryMs);
    // The one who asked before may have died asking. Asked again, a step that waits is not doubled.
    if (counts.done === 0) await producer.add([replayStep(askAgainAfterMs)]).catch(() => {});
  }
}

/** The contract's answer, as it stands now, each of the two lists one by one: they are as long as the failed set was. */
export type ReplayReport = {
  replayed: AsyncIterable<{ id: string; result: ReplayResult }>;
  /** What could not be filed first; then what is not done yet, with where it stands. */
  skipped: AsyncIterable<Skipped>;
};

export function replayReport({ database }: Pick<Parts, 'database'>, started: StartedReplay): ReplayReport {
  const { batchId, skipped } = started;
  const answers = () => (batchId === null ? nothing() : eachAnswer(database, batchId));
  return {
    replayed: (async function* () {
      for await (const { queue, jobId, result } of answers())
        if (result !== null) yield { id: shownJobId(queue, jobId), result };
    })(),
    skipped: (async function* () {
      yield* skipped;
      for await (const { queue, jobId, state, result, why } of answers())
        if (result === null) yield { id: shownJobId(queue, jobId), why: why ?? standing[state] };
    })(),
  };
}

async function* nothing() {}

const standing = {
  waiting: 'not yet: it waits for its turn, and for a worker; look again with `show`',
  retried: 'not yet: a worker is still trying; look again with `show`',
  done: 'not replayed',
};
