import type { Config } from '../src/config.js';
import type { Repeating } from '../src/every.js';
import type { SweepDependencies } from '../src/reconcile/ask-again.js';
import type { Sweep } from '../src/reconcile/sweep-teams.js';
import { runSchedules } from '../src/run-schedules.js';
import { schedulesOf } from '../src/schedules.js';
import { createSettler } from '../src/support/settle-failed.js';
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
