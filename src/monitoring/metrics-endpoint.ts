import type { Registry } from 'prom-client';
import type { Gauges } from './gauges.js';
import { addUp, type Counts } from './worker-reports.js';

export type MetricsSources = {
  /** This process's own counters. */
  counters: Registry;
  /** This process's memory and CPU. */
  process: Registry;
  gauges: Gauges;
  readReports: () => Promise<Counts[]>;
};

/**
 * The text of /metrics: what all workers and this process have counted, added up; what the queue and the database say
 * now; and this process itself. With the database away it tells the rest.
 */
export async function metricsEndpoint({ counters, process, gauges, readReports }: MetricsSources): Promise<string> {
  const [reports] = await Promise.all([readReports().catch(() => []), gauges.measure()]);
  const sum = addUp([await counters.getMetricsAsJSON(), ...reports]);
  const parts = await Promise.all([sum, gauges.registry, process].map((registry) => registry.metrics()));
  return parts
    .map((part) => part.trim())
    .join('\n\n')
    .concat('\n');
}
