import type { Config } from '../src/config/config.js';
import type { Repeating } from '../src/process/interval.js';
import { createSettler } from '../src/replay/settle-failed.js';
import { schedulesOf } from '../src/sync/schedules/all-schedules.js';
import { runSchedules } from '../src/sync/schedules/run-schedules.js';
import type { SweepDependencies } from '../src/sync/sweep/request-rereads.js';
import type { Sweep } from '../src/sync/sweep/sweep-teams.js';
import type { WorkerContext } from './context.js';

/** Runs what is done every few seconds or hours, by whichever worker is first. */
export function startSchedules(context: WorkerContext, sweeping: SweepDependencies, config: Config): Repeating {
  const { database, queue, observer, sessions, log } = context;
  const onSwept = ({ changed }: Sweep) => observer.swept(changed);
  const onQuiet = (teamId: string) => log.info({ teamId }, 'identity provider silent for longer than it used to be');
  const watching = { onSwept, onQuiet, sessions, onSessionsKept: observer.sessionsKept };
  const settling = createSettler({ ...context, producer: queue, readMembers: sweeping.readMembers });
  return runSchedules(database, schedulesOf({ ...sweeping, ...watching, settleFailed: settling }, config), log);
}
