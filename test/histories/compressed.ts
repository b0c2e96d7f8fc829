import type { RereadTiming } from '../../src/queue/jobs.js';

/** Histories run forty times faster than reality: 15 s of lag take 375 ms, and related times shrink alike. */
const factor = 40;

/** @param realMs the time in reality */
export function compressed(realMs: number): number {
  return realMs / factor;
}

/** The longest lag of the search index in histories: 15 s. The product allows 30 s. */
export const longestLagMs = compressed(15_000);

/** Rechecks 5 s and 30 s after the hint, sweeps 2 s after their request. */
export const timing: RereadTiming = {
  recheckAfterMs: [0, compressed(5_000), compressed(30_000)],
  sweepDebounceMs: compressed(2_000),
  searchLagMs: compressed(30_000),
};
