import type { Config } from '../src/config/config.js';
import type { Head } from '../src/monitoring/note-heads.js';
import type { Removed } from '../src/monitoring/retention.js';
import type { Repeating } from '../src/process/interval.js';
import { createSettler } from '../src/replay/settle-failed.js';
import { schedulesOf } from '../src/sync/schedules/all-schedules.js';
import { runSchedules } from '../src/sync/schedules/run-schedules.js';
import type { SweepDependencies } from '../src/sync/sweep/sweep-dependencies.js';
import type { Sweep } from '../src/sync/sweep/sweep-teams.js';
import type { WorkerContext } from './context.js';

/**
 * Runs the schedules. Of all workers, the first one that claims a schedule runs it.
 * @param onAnswer called when the database has answered
 */
export function startSchedules(
  context: WorkerContext,
  sweeping: SweepDependencies,
  config: Config,
  onAnswer: () => void,
): Repeating {
  const { database, queue, observer, sessions, lookups, log } = context;
  const onSwept = ({ changed }: Sweep) => observer.swept(changed);
  const onQuiet = (teamId: string) => log.info({ teamId }, 'identity provider is silent for longer than usual');
  const settleFailed = createSettler({ ...context, producer: queue, readMembers: sweeping.readMembers });
  const onSessionsKept = observer.sessionsKept;
  const onRemoved = (removed: Removed) => log.info({ removed }, 'old rows removed, by their retention');
  const onHeads = (some: { heads: Head[] }) => log.info(some, 'heads of the evidence');
  const deps = { ...sweeping, onSwept, onQuiet, sessions, lookups, onSessionsKept, settleFailed, onRemoved, onHeads };
  const schedules = schedulesOf(deps, config);
  return runSchedules(database, schedules, { log, onAnswer });
}
