import type { RereadTiming } from '../../src/queue/jobs.js';

/** Forty times as fast as life: 15 s of lag are 375 ms, and every time that the lag is measured by shrinks alike. */
const factor = 40;

/** @param realMs how long it takes in life */
export function compressed(realMs: number): number {
  return realMs / factor;
}

/** The longest that search's index is behind here. What the product allows for is twice that, 30 s. */
export const longestLagMs = compressed(15_000);

/** Second looks 5 s and 30 s after the hint, sweeps 2 s after they were asked for. */
export const timing: RereadTiming = {
  recheckAfterMs: [0, compressed(5_000), compressed(30_000)],
  sweepDebounceMs: compressed(2_000),
  searchLagMs: compressed(30_000),
};
