import { AggregatorRegistry, type MetricObject, type MetricObjectWithValues, type MetricValue } from 'prom-client';
import type { Database } from '../database/database.js';

/** prom-client's JSON for the metrics of one registry. */
export type Counts = MetricObjectWithValues<MetricValue<string>>[];

/** The row with the counts of former workers. Without it a total would fall, which Prometheus takes for a restart. */
const formerWorkers = '00000000-0000-0000-0000-000000000000';
const goneAfter = '1 hour';
/** Five reports are missing. Then the worker counts as gone, and its gauges say nothing about now. */
export const silentSeconds = 30;

/** A worker without news says only so often that it is alive. Monitoring counts it as gone after 30 s (gauges.ts). */
const aliveEveryMs = 10_000;
/** Timers are not exact. */
const jitterMs = 500;

/** Writes a worker's counts since its start. Call it every few seconds: it writes if they have changed, or after 10 s. */
export function reporter(database: Database, workerId: string): (counts: Counts) => Promise<void> {
  let written = { metrics: '', atMs: Number.NEGATIVE_INFINITY };
  return async (counts) => {
    const metrics = JSON.stringify(counts);
    const atMs = performance.now();
    if (metrics === written.metrics && atMs - written.atMs < aliveEveryMs - jitterMs) return;
    await database.$executeRaw`
      INSERT INTO worker_reports (worker_id, metrics) VALUES (${workerId}::uuid, ${metrics}::jsonb)
      ON CONFLICT (worker_id) DO UPDATE SET metrics = excluded.metrics, reported_at = clock_timestamp()`;
    written = { metrics, atMs };
  };
}

export async function readReports(database: Database): Promise<Counts[]> {
  const rows = await database.$queryRaw<{ metrics: Counts; isAlive: boolean }[]>`
    SELECT metrics, abs(extract(epoch FROM clock_timestamp() - reported_at)) < ${silentSeconds} AS "isAlive"
    FROM worker_reports`;
  return rows.map(({ metrics, isAlive }) => (isAlive ? metrics : withoutGauges(metrics)));
}

/** Counters of a former worker still count. Its gauges do not. */
function withoutGauges(counts: Counts): Counts {
  return counts.filter(({ type }) => String(type) !== 'gauge');
}

/** Moves the counts of former workers into one row. In one transaction, so that each is counted once. */
export async function foldFormerWorkers(database: Database): Promise<void> {
  await database.$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ metrics: Counts }[]>`
      DELETE FROM worker_reports
      WHERE worker_id = ${formerWorkers}::uuid OR reported_at < clock_timestamp() - ${goneAfter}::interval
      RETURNING metrics`;
    if (rows.length === 0) return;
    const sum = await addCounts(rows.map(({ metrics }) => withoutGauges(metrics))).getMetricsAsJSON();
    await tx.$executeRaw`
      INSERT INTO worker_reports (worker_id, metrics) VALUES (${formerWorkers}::uuid, ${JSON.stringify(sum)}::jsonb)`;
  });
}

export function addCounts(counts: readonly Counts[]) {
  return AggregatorRegistry.aggregate(counts as unknown as MetricObject[]);
}
