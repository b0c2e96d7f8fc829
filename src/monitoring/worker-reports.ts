import { AggregatorRegistry, type MetricObject, type MetricObjectWithValues, type MetricValue } from 'prom-client';
import type { Database } from '../database/database.js';

/** What prom-client's registries give as JSON, and take to be added up. */
export type Counts = MetricObjectWithValues<MetricValue<string>>[];

/** Where the counts of workers that are gone live on: a total that fell would look like a restart, and its rest like news. */
const formerWorkers = '00000000-0000-0000-0000-000000000000';
const goneAfter = '1 hour';

/** Writes what a worker has counted since it started. */
export async function writeReport(database: Database, workerId: string, counts: Counts): Promise<void> {
  await database.$executeRaw`
    INSERT INTO worker_reports (worker_id, metrics) VALUES (${workerId}::uuid, ${JSON.stringify(counts)}::jsonb)
    ON CONFLICT (worker_id) DO UPDATE SET metrics = excluded.metrics, reported_at = clock_timestamp()`;
}

export async function readReports(database: Database): Promise<Counts[]> {
  const rows = await database.$queryRaw<{ metrics: Counts }[]>`SELECT metrics FROM worker_reports`;
  return rows.map(({ metrics }) => metrics);
}

/** Adds the counts of workers that are long gone to one row, in one transaction, so that each is counted once. */
export async function foldFormerWorkers(database: Database): Promise<void> {
  await database.$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ metrics: Counts }[]>`
      DELETE FROM worker_reports
      WHERE worker_id = ${formerWorkers}::uuid OR reported_at < clock_timestamp() - ${goneAfter}::interval
      RETURNING metrics`;
    if (rows.length === 0) return;
    const sum = await addUp(rows.map(({ metrics }) => metrics)).getMetricsAsJSON();
    await tx.$executeRaw`
      INSERT INTO worker_reports (worker_id, metrics) VALUES (${formerWorkers}::uuid, ${JSON.stringify(sum)}::jsonb)`;
  });
}

export function addUp(counts: readonly Counts[]) {
  return AggregatorRegistry.aggregate(counts as unknown as MetricObject[]);
}
