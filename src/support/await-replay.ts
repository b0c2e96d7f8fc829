import { setTimeout as sleep } from 'node:timers/promises';
import { replayStep } from '../jobs.js';
import { shownJobId } from './job-id.js';
import type { SupportParts } from './parts.js';
import { answersOf, closeFinished, type ReplayAnswer, type ReplayResult } from './replays.js';
import type { Skipped, StartedReplay } from './start-replay.js';

/** The contract's answer. */
export type ReplayReport = { replayed: { id: string; result: ReplayResult }[]; skipped: Skipped[] };

export type Progress = { done: number; total: number };

const lookEveryMs = 250;
const askAgainAfterMs = 1_000;

/**
 * Waits until a replay is done, or for as long as the caller wants. What is not done by then goes on without us, and is
 * named among the skipped with where it stands.
 */
export async function awaitReplay(
  { database, producer }: Pick<SupportParts, 'database' | 'producer'>,
  started: StartedReplay,
  { patienceMs, onProgress = () => {} }: { patienceMs: number; onProgress?: (progress: Progress) => void },
): Promise<ReplayReport> {
  if (started.batchId === null) return { replayed: [], skipped: started.skipped };
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const answers = await answersOf(database, started.batchId);
    const done = answers.filter(({ state }) => state === 'done').length;
    onProgress({ done, total: answers.length });
    if (done === answers.length) await closeFinished(database);
    if (done === answers.length || Date.now() >= deadline) return reportOf(answers, started.skipped);
    await sleep(lookEveryMs);
    // The one who asked before may have died asking. Asked again, a step that waits is not doubled.
    if (done === 0) await producer.add([replayStep(askAgainAfterMs)]).catch(() => {});
  }
}

/** Pure. */
export function reportOf(answers: readonly ReplayAnswer[], skipped: readonly Skipped[]): ReplayReport {
  const report: ReplayReport = { replayed: [], skipped: [...skipped] };
  for (const { queue, jobId, state, result, why } of answers) {
    const id = shownJobId(queue, jobId);
    if (result !== null) report.replayed.push({ id, result });
    else report.skipped.push({ id, why: why ?? standing[state] });
  }
  return report;
}

const standing = {
  waiting: 'not yet: it waits for its turn, and for a worker; look again with `show`',
  retried: 'not yet: a worker is still trying; look again with `show`',
  done: 'not replayed',
};
