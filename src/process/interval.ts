import { waitAtMost } from './deadline.js';

/** Work that runs at an interval, one run at a time. A run that takes longer than the interval skips the next ones. */
export type Repeating = {
  /** Starts no more runs. Resolves when the current run has ended, or after `stopWithinMs`. */
  stop(): Promise<void>;
};

/** Half of the time that a process has to stop. The run may be a sweep, which another worker does again. */
export const stopWithinMs = 10_000;

/**
 * @param work must not reject: nobody handles its rejection
 * @param options.atOnce the first run begins now, not after the first interval
 */
export function atInterval(ms: number, work: () => Promise<unknown>, { atOnce = false } = {}): Repeating {
  let current: Promise<unknown> | null = null;
  const run = () => {
    current ??= work().finally(() => {
      current = null;
    });
  };
  if (atOnce) run();
  const timer = setInterval(run, ms);
  return {
    stop: async () => {
      clearInterval(timer);
      await waitAtMost(stopWithinMs, current);
    },
  };
}
