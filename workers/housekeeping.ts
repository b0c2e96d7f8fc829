import type { Config } from '../src/config/config.js';
import { probeDatabase } from '../src/monitoring/database-probe.js';
import { createWorkerUsage } from '../src/monitoring/metrics.js';
import { reporter } from '../src/monitoring/worker-reports.js';
import { atInterval } from '../src/process/interval.js';
import type { SweepDependencies } from '../src/sync/sweep/sweep-dependencies.js';
import type { WorkerContext, WorkerOptions } from './context.js';
import { startHeartbeat } from './heartbeat.js';
import { startSchedules } from './schedules.js';

const reportEveryMs = 5_000;
const probeEveryMs = 2_000;

/** Runs the schedules, the reports and the probes of a worker, and requests a sweep of every team after a gap. */
export function startHousekeeping(
  context: WorkerContext,
  sweeping: SweepDependencies,
  config: Config,
  { schedules: wanted = true }: WorkerOptions,
) {
  const { database, outages, workerId, metrics, queue, log } = context;
  const usage = createWorkerUsage();
  const counts = () => Promise.all([metrics.registry, usage].map((registry) => registry.getMetricsAsJSON()));
  const write = reporter(database, workerId);
  const report = async () => write((await counts()).flat()).catch(() => {});
  const probe = probeDatabase(context.clock, outages.database);
  const loops = [
    ...(wanted ? [startSchedules(context, sweeping, config, probe.answered)] : []),
    ...(config.HEARTBEAT_FILE === undefined ? [] : [startHeartbeat(config.HEARTBEAT_FILE, log)]),
    atInterval(reportEveryMs, report),
    probe,
    atInterval(probeEveryMs, () => queue.trialWrite().then(outages.queue.succeeded, outages.queue.failed)),
  ];
  void report(); // at once, so that a new worker counts as alive
  if (wanted) context.afterGap('worker');
  return {
    report,
    stop: () => Promise.all(loops.map((loop) => loop.stop())),
  };
}
