import type { Config } from '../src/config/config.js';
import { reporter } from '../src/monitoring/worker-reports.js';
import { atInterval } from '../src/process/interval.js';
import type { SweepDependencies } from '../src/sync/sweep/sweep-dependencies.js';
import type { WorkerContext, WorkerOptions } from './context.js';
import { startSchedules } from './schedules.js';

const reportEveryMs = 5_000;
const probeQueueEveryMs = 2_000;
/** Half of the schedules' five seconds: while they run, every second probe of the database is unnecessary. */
const probeDatabaseEveryMs = 2_500;

/** Runs the schedules, the reports and the probes of a worker, and requests a sweep of every team after a gap. */
export function startHousekeeping(
  context: WorkerContext,
  sweeping: SweepDependencies,
  config: Config,
  { schedules: wanted = true }: WorkerOptions,
) {
  const { database, outages, workerId, metrics, queue } = context;
  const write = reporter(database, workerId);
  const report = async () => write(await metrics.registry.getMetricsAsJSON()).catch(() => {});
  const probe = databaseProbe(context);
  const loops = [
    ...(wanted ? [startSchedules(context, sweeping, config, probe.answered)] : []),
    atInterval(reportEveryMs, report),
    atInterval(probeDatabaseEveryMs, probe.run),
    atInterval(probeQueueEveryMs, () => queue.trialWrite().then(outages.queue.succeeded, outages.queue.failed)),
  ];
  void report(); // at once, so that a new worker counts as alive
  if (wanted) context.afterGap('worker');
  return {
    report,
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}

/** Asks the database for its time, unless it has just answered something else. */
function databaseProbe({ clock, outages: { database: outage } }: WorkerContext) {
  let answeredAtMs = Number.NEGATIVE_INFINITY;
  return {
    answered: () => {
      answeredAtMs = performance.now();
      outage.succeeded();
    },
    run: async () => {
      if (performance.now() - answeredAtMs < probeDatabaseEveryMs) return;
      await clock.measure().then(outage.succeeded, outage.failed);
    },
  };
}
