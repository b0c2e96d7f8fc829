import { setTimeout as sleep } from 'node:timers/promises';

/** Does the same again and again, one at a time: a run that takes longer than the interval makes the next ones be left out. */
export type Repeating = {
  /** Starts nothing more, and resolves when what is under way has ended, or was waited for long enough. */
  stop(): Promise<void>;
};

/** Half of what stopping may take: a run may be a sweep, for which the next worker is there too. */
export const waitedForMs = 10_000;

/** @param work must not reject: there is nobody to tell but itself */
export function atInterval(ms: number, work: () => Promise<unknown>): Repeating {
  let current: Promise<unknown> | null = null;
  const timer = setInterval(() => {
    current ??= work().finally(() => {
      current = null;
    });
  }, ms);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.race([current, sleep(waitedForMs, undefined, { ref: false })]);
    },
  };
}
