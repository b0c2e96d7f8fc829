import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a condition, not for a time. @throws with the last failure, when it does not come true */
export async function eventually(check: () => Promise<unknown> | unknown, withinMs = 15_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  let last: unknown = 'it stayed false';
  while (Date.now() < deadline) {
    try {
      const result = await check();
      if (result !== false) return;
    } catch (error) {
      last = error;
    }
    await sleep(20);
  }
  throw new Error(`Not within ${withinMs / 1000} s: ${last}`);
}
