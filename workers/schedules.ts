import type { Config } from '../src/config.js';
import type { Repeating } from '../src/every.js';
import type { SweepDependencies } from '../src/reconcile/ask-again.js';
import { revokeSessions } from '../src/reconcile/revoke-sessions.js';
import type { Sweep } from '../src/reconcile/sweep-teams.js';
import { runSchedules } from '../src/run-schedules.js';
import { schedulesOf } from '../src/schedules.js';
import { settleFailed } from '../src/support/settle-failed.js';
import type { WorkerContext } from './context.js';

/** Runs what is done every few seconds or hours, by whichever worker is first. */
export function startSchedules(context: WorkerContext, sweeping: SweepDependencies, config: Config): Repeating {
  const { database, queue, observer, sessions, log } = context;
  const { SWEEP_INTERVAL_SECONDS: sweepIntervalSeconds, SYNC_EVENTS_RETENTION_DAYS: retentionDays } = config;
  const onSwept = ({ changed }: Sweep) => observer.swept(changed);
  const onQuiet = (teamId: string) => log.info({ teamId }, 'identity provider silent for longer than it used to be');
  const settling = () => settleFailed({ ...context, producer: queue, readMembers: sweeping.readMembers });
  const revoking = () => revokeSessions({ database, revoke: sessions.revoke, onFailed: warnOfSessions });
  const warnOfSessions = (failure: { memberIds: string[]; attempt: number; error: string }) =>
    log.warn(failure, "could not end a leaver's Stytch sessions, will be tried again");
  const schedules = schedulesOf(
    { ...sweeping, onSwept, onQuiet, settleFailed: settling, revokeSessions: revoking },
    { sweepIntervalSeconds, retentionDays },
  );
  return runSchedules(database, schedules, log);
}
