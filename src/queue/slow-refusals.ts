import { setTimeout as sleep } from 'node:timers/promises';

/** A queue that refuses is asked again after this long; a worker notices within it that it is well again. */
const againAfterMs = 1_000;

type Fetching = {
  moveToActive(...words: never[]): Promise<unknown>;
  waitForJob(...words: never[]): Promise<unknown>;
};

/**
 * BullMQ's worker asks for its next job again at once when it is refused, by a queue that is full or read-only: thousands
 * of times a second (4,250, BullMQ 6.7), at a whole core of its own and one of Redis'. This makes it wait.
 */
export function slowRefusals(worker: { getBackend(): unknown }): void {
  const backend = worker.getBackend() as Fetching;
  for (const name of ['moveToActive', 'waitForJob'] as const) {
    const fetch = backend[name].bind(backend);
    backend[name] = async (...words) => {
      try {
        return await fetch(...words);
      } catch (error) {
        await sleep(againAfterMs);
        throw error;
      }
    };
  }
}
