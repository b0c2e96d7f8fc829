import { type Consumer, consume } from '../src/queue/consume.js';
import type { Schedule } from '../src/schedules.js';
import type { WorkerContext } from './context.js';

/** There are a handful of them, and none waits for another. */
const concurrency = 5;

/** Consumes `schedules`: one job at a time of each, made by BullMQ's job schedulers. */
export function startSchedules(context: WorkerContext, schedules: readonly Schedule[]): Consumer {
  const byName = new Map(schedules.map((schedule) => [schedule.name, schedule]));
  const run = async ({ name }: { name: string }) => void (await byName.get(name)?.run());
  return consume(context.home, 'schedules', run, { ...context.consuming, concurrency });
}
