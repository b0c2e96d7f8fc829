import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a condition, not for a time. @throws with the last failure, when it does not come true */
export async function eventually(check: () => Promise<unknown> | unknown, withinMs = 45_000): Promise<void> {
  const begun = Date.now();
  let last: unknown = 'it stayed false';
  while (Date.now() < begun + withinMs) {
    try {
      const result = await check();
      if (result !== false) return;
    } catch (error) {
      last = error;
    }
    await sleep(pauseMs(Date.now() - begun));
  }
  throw new Error(`Not within ${withinMs / 1000} s: ${last}`);
}

/**
 * Waits until rows of plain data, with their keys in one order, are what is expected. They are held against each other in
 * detail only at the end: that takes seconds of a process that may also be playing Stytch, for those who are waited for.
 */
export async function eventuallySame<T>(read: () => Promise<T>, expected: T, withinMs?: number): Promise<void> {
  const wanted = JSON.stringify(expected);
  let last: T | undefined;
  const isSame = async () => {
    last = await read();
    return JSON.stringify(last) === wanted;
  };
  await eventually(isSame, withinMs).catch(() => expect(last).toEqual(expected));
}

/** A tenth of what has been waited: asking costs what is waited for, on a machine that has little to give. */
function pauseMs(waitedMs: number): number {
  return Math.min(Math.max(waitedMs / 10, 20), 250);
}
