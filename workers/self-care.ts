import type { Config } from '../src/config.js';
import { every } from '../src/every.js';
import { keepSchedulesRunning } from '../src/keep-schedules-running.js';
import type { SweepDependencies } from '../src/reconcile/ask-again.js';
import { schedulesOf } from '../src/schedules.js';
import { settleFailed } from '../src/support/settle-failed.js';
import { writeReport } from '../src/watch/worker-reports.js';
import type { WorkerContext, WorkerOptions } from './context.js';
import { startSchedules } from './schedules.js';

const reportEveryMs = 5_000;
const probeEveryMs = 2_000;

/** What a worker does without being asked: its schedules, its reports, and reading every team after a gap. */
export function startSelfCare(
  context: WorkerContext,
  sweeping: SweepDependencies,
  config: Config,
  { schedules: wanted = true }: WorkerOptions,
) {
  const { database, databaseWatch, workerId, metrics, queue, sessions, observer, log } = context;
  const onQuiet = (teamId: string) => log.info({ teamId }, 'identity provider silent for longer than it used to be');
  const watching = { onQuiet, sessions, onSessionsKept: observer.sessionsKept };
  const settling = () => settleFailed({ ...context, producer: queue, readMembers: sweeping.readMembers });
  const schedules = wanted ? schedulesOf({ ...sweeping, ...watching, settleFailed: settling }, config) : [];
  const report = async () => writeReport(database, workerId, await metrics.registry.getMetricsAsJSON()).catch(() => {});
  const probe = () => database.$queryRaw`SELECT 1`.then(databaseWatch.succeeded, databaseWatch.failed);
  const consumer = startSchedules(context, schedules);
  const loops = [keepSchedulesRunning(schedules, queue, log), every(reportEveryMs, report), every(probeEveryMs, probe)];
  void report(); // so that it is known to be alive from its first moment
  if (wanted) context.afterGap('worker');
  return {
    report,
    stop: async () => {
      await Promise.all([...loops.map((loop) => loop.stop()), consumer.close()]);
    },
  };
}
