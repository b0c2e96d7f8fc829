import { type Database, withDatabaseErrors } from '../../database/database.js';
import { TransientError } from '../../errors/errors.js';
import type { Log } from '../../log/log.js';
import { createOutageLog, type OutageLog } from '../../log/outage-log.js';
import { waitAtMost } from '../../process/deadline.js';
import { atInterval, type Repeating, stopWithinMs } from '../../process/interval.js';
import type { Schedule } from './all-schedules.js';
import { type Claim, claimSchedules } from './claim-schedules.js';

/** How late a schedule may start. The database is queried only if a schedule may be due. */
const tickMs = 1_000;
/** Asked a moment too early, the database would say “in a millisecond”, and be asked twice. */
const marginMs = 50;
/** The probes report an outage. Only a failure that lasts is the schedule's own, for example a missing permission on its table. */
const transientFailuresUnlogged = 2;

/**
 * Runs the schedules in this process: each when it is due, unless another worker claims it first. The database says when a
 * schedule is due, so the queue may be unavailable, full, paused or read-only. Schedules run side by side. One that takes longer
 * than its interval is not started a second time in this process; another worker may start it.
 * @param options.onAnswer called when the database has answered, every 5 s at least
 */
export function runSchedules(
  database: Database,
  schedules: readonly Schedule[],
  { log, onAnswer = () => {} }: { log: Log; onAnswer?: () => void },
): Repeating {
  const dueAt = new Map<string, number>();
  const running = new Map<string, Promise<void>>();
  const logs = new Map(schedules.map(({ name }) => [name, exceptShortOutages(createOutageLog(log, name))]));
  let isStopping = false;
  const start = (schedule: Schedule) => {
    const run = runOnce(schedule, logs.get(schedule.name)).finally(() => running.delete(schedule.name));
    running.set(schedule.name, run);
  };
  const setDue = ({ name, waitMs }: Claim) => dueAt.set(name, performance.now() + waitMs + marginMs);
  const tick = async () => {
    const due = schedules.filter(({ name }) => !running.has(name) && (dueAt.get(name) ?? 0) <= performance.now());
    if (due.length === 0) return;
    const claims = await claimEven(database, due).catch(() => null); // the database's probe reports the outage
    if (claims === null) return;
    onAnswer();
    for (const claim of claims) setDue(claim);
    const ours = new Set(claims.filter(({ isOurs }) => isOurs).map(({ name }) => name));
    if (!isStopping) due.filter(({ name }) => ours.has(name)).forEach(start);
  };
  const ticking = atInterval(tickMs, tick);
  return {
    stop: async () => {
      isStopping = true;
      await Promise.all([ticking.stop(), waitAtMost(stopWithinMs, Promise.all(running.values()))]);
    },
  };
}

/** If a condition of one schedule fails, each of them runs, so that it reports its own failure and stops no other. */
async function claimEven(database: Database, due: readonly Schedule[]): Promise<Claim[]> {
  try {
    return await claimSchedules(database, due);
  } catch {
    return claimSchedules(
      database,
      due.map(({ name, everyMs }) => ({ name, everyMs })),
    );
  }
}

/** Never rejects. */
async function runOnce({ run }: Schedule, outage: OutageLog | undefined): Promise<void> {
  try {
    await withDatabaseErrors(run);
    outage?.succeeded();
  } catch (error) {
    outage?.failed(error);
  }
}

function exceptShortOutages({ failed, succeeded }: OutageLog): OutageLog {
  let inARow = 0;
  return {
    failed: (error) => {
      inARow += 1;
      if (inARow > transientFailuresUnlogged || !(error instanceof TransientError)) failed(error);
    },
    succeeded: () => {
      inARow = 0;
      succeeded();
    },
  };
}
