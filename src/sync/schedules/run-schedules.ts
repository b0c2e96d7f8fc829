import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../database/database.js';
import { TransientError } from '../../errors/errors.js';
import type { Log } from '../../log/log.js';
import { createOutageLog, type OutageLog } from '../../log/outage-log.js';
import { atInterval, type Repeating, waitedForMs } from '../../process/interval.js';
import type { Schedule } from './all-schedules.js';
import { type Claim, claimSchedules } from './claim-schedules.js';

/** The database is asked only when something may be due; this is how much later than its time a schedule may begin. */
const tickMs = 1_000;

/**
 * Runs the schedules, in this process: each when its time has come, unless another worker was quicker. The database says
 * when that is, and nothing else is needed: not the queue, which may be away, full, paused or read-only. Each goes on
 * beside the others; one that takes longer than its interval is not begun again here, though it may be elsewhere.
 */
export function runSchedules(database: Database, schedules: readonly Schedule[], log: Log): Repeating {
  const dueAt = new Map<string, number>();
  const running = new Map<string, Promise<void>>();
  const logs = new Map(schedules.map(({ name }) => [name, createOutageLog(log, name)]));
  let isStopping = false;
  const begin = (schedule: Schedule) => {
    const run = runOnce(schedule, logs.get(schedule.name)).finally(() => running.delete(schedule.name));
    running.set(schedule.name, run);
  };
  const note = ({ name, waitMs }: Claim) => dueAt.set(name, performance.now() + waitMs);
  const tick = async () => {
    const due = schedules.filter(({ name }) => !running.has(name) && (dueAt.get(name) ?? 0) <= performance.now());
    if (due.length === 0) return;
    const claims = await claimSchedules(database, due).catch(() => []); // the database's outage is told of by its probe
    for (const claim of claims) note(claim);
    const ours = new Set(claims.filter(({ isOurs }) => isOurs).map(({ name }) => name));
    if (!isStopping) due.filter(({ name }) => ours.has(name)).forEach(begin);
  };
  const ticking = atInterval(tickMs, tick);
  return {
    stop: async () => {
      isStopping = true;
      const ended = Promise.all(running.values());
      await Promise.all([ticking.stop(), Promise.race([ended, sleep(waitedForMs, undefined, { ref: false })])]);
    },
  };
}

/** Never rejects. What is away is told of by whoever watches it; what else goes wrong, here. */
async function runOnce({ run }: Schedule, outage: OutageLog | undefined): Promise<void> {
  try {
    await run();
    outage?.succeeded();
  } catch (error) {
    if (!(error instanceof TransientError)) outage?.failed(error);
  }
}
