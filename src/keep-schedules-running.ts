import { every, type Repeating } from './every.js';
import { describeFailure } from './failures.js';
import type { Log } from './log.js';
import type { Producer } from './queue/produce.js';
import type { Schedule } from './schedules.js';

const checkEveryMs = 5_000;

/**
 * Sees to it that the schedules run: by BullMQ's job schedulers, which it makes again when the queue has lost them; and
 * when the queue can't be reached, by this very process. Several workers that do the same do it twice, which is safe.
 */
export function keepSchedulesRunning(schedules: readonly Schedule[], queue: Producer, log: Log): Repeating {
  const lastRunMs = new Map<string, number>();
  const runHere = async ({ name, everyMs, run }: Schedule) => {
    if (Date.now() - (lastRunMs.get(name) ?? 0) < everyMs) return;
    lastRunMs.set(name, Date.now());
    await run().catch((error) => log.warn({ schedule: name, error: describeFailure(error) }, 'schedule failed'));
  };
  return every(checkEveryMs, async () => {
    try {
      await queue.keepSchedules(schedules);
    } catch {
      for (const schedule of schedules) await runHere(schedule);
    }
  });
}
