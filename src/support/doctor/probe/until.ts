import { setTimeout as sleep } from 'node:timers/promises';

/** The time until it was true, and the number of questions. One question means: at once. */
export type Waited = { seconds: number; asks: number };

/** Between two questions; later a sixth of the time so far: 21 questions in 30 s, and search allows 100 a minute. */
const pauseMinMs = 500;
const pauseShare = 1 / 6;

/**
 * Asks until it is true. The time ends where the question begins that saw it.
 * @param wait.sinceMs as `performance.now()`
 * @returns null when it is not true in time
 * @throws the failure of the last question, if that one failed
 */
export async function until(
  isSo: () => Promise<boolean>,
  { sinceMs, withinMs, signal }: { sinceMs: number; withinMs: number; signal: AbortSignal },
): Promise<Waited | null> {
  for (let asks = 1; ; asks++) {
    const askedMs = performance.now();
    const seen = await isSo().catch((error: unknown) => ({ error }));
    if (seen === true) return { seconds: (askedMs - sinceMs) / 1_000, asks };
    const passedMs = performance.now() - sinceMs;
    if (passedMs >= withinMs && seen !== false) throw seen.error;
    if (passedMs >= withinMs) return null;
    const pauseMs = Math.max(pauseMinMs, passedMs * pauseShare);
    await sleep(Math.min(pauseMs, withinMs - passedMs + 1), undefined, { signal });
  }
}

/** `at once`, `after 1.6 s`, `not within 30 s` */
export function waitedText(waited: Waited | null, withinMs: number): string {
  if (waited === null) return `not within ${withinMs / 1_000} s`;
  return waited.asks === 1 ? 'at once' : `after ${waited.seconds.toFixed(1)} s`;
}
