import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/database/database.js';
import { createMetrics } from '../../src/monitoring/metrics.js';
import { addCounts, foldFormerWorkers, readReports, reporter } from '../../src/monitoring/worker-reports.js';
import { createTestDatabase } from '../helpers/database.js';

let database: Database;
let drop: () => Promise<void>;
beforeEach(async () => {
  ({ database, drop } = await createTestDatabase());
});
afterEach(() => drop());

async function report(events: number, lagSeconds: number, workerId: string = randomUUID()) {
  const metrics = createMetrics();
  metrics.events.inc({ outcome: 'changed' }, events);
  metrics.eventLag.observe(lagSeconds);
  await reporter(database, workerId)(await metrics.registry.getMetricsAsJSON());
}

const total = async () => addCounts(await readReports(database)).metrics();
/** All but the row that stands for the former ones. */
const dieLongAgo = () => database.$executeRaw`
  UPDATE worker_reports SET reported_at = now() - interval '2 hours'
  WHERE worker_id <> '00000000-0000-0000-0000-000000000000'`;

it('adds up the latest counts of all workers', async () => {
  const worker = randomUUID();
  await report(1, 0.05, worker);
  await report(3, 0.05, worker);
  await report(4, 400);
  expect(await total()).toContain('scim_events_total{outcome="changed"} 7');
  expect(await total()).toContain('scim_event_lag_seconds_bucket{le="300"} 1');
  expect(await total()).toContain('scim_event_lag_seconds_count 2');
});

it('keeps the counts of former workers, in one row', async () => {
  for (let round = 1; round <= 3; round++) {
    await report(round, 1);
    await report(round, 1);
    const before = await total();
    await dieLongAgo();
    await Promise.all([foldFormerWorkers(database), foldFormerWorkers(database)]);
    expect((await total()).split('\n').sort()).toEqual(before.split('\n').sort());
    expect(await database.workerReport.count()).toBe(1);
  }
  expect(await total()).toContain('scim_events_total{outcome="changed"} 12');
});

it('does not touch the reports of live workers', async () => {
  await report(1, 1);
  await report(2, 1);
  await foldFormerWorkers(database);
  expect(await database.workerReport.count()).toBe(2);
});

it('are written when they change, and else often enough to show that the worker is alive', async () => {
  const worker = randomUUID();
  const write = reporter(database, worker);
  const metrics = createMetrics();
  const counts = () => metrics.registry.getMetricsAsJSON();
  const forget = () => database.workerReport.updateMany({ data: { reportedAt: new Date(0) } });
  const isWritten = async () =>
    (await database.workerReport.count({ where: { reportedAt: { gt: new Date(0) } } })) === 1;
  await write(await counts());
  await forget();
  await write(await counts());
  expect(await isWritten()).toBe(false);
  metrics.events.inc({ outcome: 'changed' });
  await write(await counts());
  expect(await isWritten()).toBe(true);
  await forget();
  const now = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 10_000);
  await write(await counts());
  now.mockRestore();
  expect(await isWritten()).toBe(true);
});
