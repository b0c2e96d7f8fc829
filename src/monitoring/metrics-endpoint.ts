import type { Registry } from 'prom-client';
import type { Gauges } from './gauges.js';
import { addCounts, type Counts } from './worker-reports.js';

export type MetricsSources = {
  /** This process's own counters. */
  counters: Registry;
  /** This process's memory and CPU. */
  process: Registry;
  gauges: Gauges;
  readReports: () => Promise<Counts[]>;
};

/**
 * The text of /metrics: the counters of all workers and of this process, added up, then the gauges, then this process's own
 * metrics. When the database is unavailable, the rest is still there.
 */
export async function metricsEndpoint({ counters, process, gauges, readReports }: MetricsSources): Promise<string> {
  const [reports] = await Promise.all([readReports().catch(() => []), gauges.measure()]);
  const sum = addCounts([await counters.getMetricsAsJSON(), ...reports]);
  const parts = await Promise.all([sum, gauges.registry, process].map((registry) => registry.metrics()));
  return parts
    .map((part) => part.trim())
    .join('\n\n')
    .concat('\n');
}
