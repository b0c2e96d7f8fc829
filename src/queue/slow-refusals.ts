import { setTimeout as sleep } from 'node:timers/promises';

/** The pause after a refusal. A worker notices within this time that the queue works again. */
const againAfterMs = 1_000;

type Fetching = {
  moveToActive(...args: never[]): Promise<unknown>;
  waitForJob(...args: never[]): Promise<unknown>;
};

/**
 * Makes a worker pause after a refusal. When the queue is full or read-only, BullMQ's worker retries without a pause: 4,250
 * times a second (BullMQ 6.7), which takes a whole core here and one of Redis'.
 */
export function slowRefusals(worker: { getBackend(): unknown }): void {
  const backend = worker.getBackend() as Fetching;
  for (const name of ['moveToActive', 'waitForJob'] as const) {
    const fetch = backend[name].bind(backend);
    backend[name] = async (...args) => {
      try {
        return await fetch(...args);
      } catch (error) {
        await sleep(againAfterMs);
        throw error;
      }
    };
  }
}
