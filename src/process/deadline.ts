import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Settles as the work does, or rejects with `onLate()` when the deadline passes first.
 * @param work gets a signal that is aborted at the deadline. Work that ignores the signal continues, and its result is dropped
 */
export async function withDeadline<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  onLate: () => Error,
): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(onLate());
      controller.abort();
    }, ms);
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for the work, but no longer than this. For stopping: the timer does not keep the process alive. */
export async function waitAtMost(ms: number, work: Promise<unknown> | null): Promise<void> {
  await Promise.race([work, sleep(ms, undefined, { ref: false })]);
}
