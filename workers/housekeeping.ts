import type { Config } from '../src/config/config.js';
import { withDatabaseErrors } from '../src/database/database.js';
import { writeReport } from '../src/monitoring/worker-reports.js';
import { atInterval } from '../src/process/interval.js';
import type { SweepDependencies } from '../src/sync/sweep/request-rereads.js';
import type { WorkerContext, WorkerOptions } from './context.js';
import { startSchedules } from './schedules.js';

const reportEveryMs = 5_000;
const probeEveryMs = 2_000;

/** What a worker does without being asked: its schedules, its reports, and reading every team after a gap. */
export function startHousekeeping(
  context: WorkerContext,
  sweeping: SweepDependencies,
  config: Config,
  { schedules: wanted = true }: WorkerOptions,
) {
  const { database, outages, workerId, metrics, queue } = context;
  const report = async () => writeReport(database, workerId, await metrics.registry.getMetricsAsJSON()).catch(() => {});
  const askDatabase = () => withDatabaseErrors(() => database.$queryRaw`SELECT 1`);
  const loops = [
    ...(wanted ? [startSchedules(context, sweeping, config)] : []),
    atInterval(reportEveryMs, report),
    atInterval(probeEveryMs, () => askDatabase().then(outages.database.succeeded, outages.database.failed)),
    atInterval(probeEveryMs, () => queue.trialWrite().then(outages.queue.succeeded, outages.queue.failed)),
  ];
  void report(); // so that it is known to be alive from its first moment
  if (wanted) context.afterGap('worker');
  return {
    report,
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
