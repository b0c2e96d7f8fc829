import type { OpenQueue } from './backend.js';

export type ScheduleTimes = { name: string; everyMs: number };

/** A scheduler whose next job is this late is stuck: its job was lost, or its worker died at the wrong moment. */
const stuckAfterMs = 60_000;
/** What a run did not get to do, the next one does: so nothing is tried again, and nothing is kept. */
const opts = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/**
 * Makes BullMQ's job schedulers where they are missing or stuck: one job at a time each, however many workers ask. Only
 * then, because making one anew also runs it at once.
 */
export async function keepSchedules(queue: OpenQueue, schedules: readonly ScheduleTimes[]): Promise<void> {
  for (const { name, everyMs } of schedules) {
    const scheduler = await queue.getJobScheduler(name);
    if (scheduler?.next !== undefined && scheduler.next > Date.now() - stuckAfterMs) continue;
    await queue.upsertJobScheduler(name, { every: everyMs }, { name, opts });
  }
}
