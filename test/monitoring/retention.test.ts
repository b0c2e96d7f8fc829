import type { Database } from '../../src/database/database.js';
import { removeOld } from '../../src/monitoring/retention.js';
import { createTestDatabase } from '../helpers/database.js';

let database: Database;
let drop: () => Promise<void>;
beforeEach(async () => {
  ({ database, drop } = await createTestDatabase());
});
afterEach(() => drop());

const events = (count: number, daysAgo: number) => database.$executeRaw`
  INSERT INTO sync_events (trigger, outcome, applied_at)
  SELECT 'hint', 'unchanged', now() - make_interval(days => ${daysAgo}) FROM generate_series(1, ${count}::int)`;

it('removes nothing within the retention', async () => {
  await events(3, 89);
  expect(await removeOld(database, 90)).toBe(0);
  expect(await database.syncEvent.count()).toBe(3);
});

it('removes everything older, and leaves the rest and audit_log', async () => {
  await events(25_000, 91);
  await events(2, 1);
  await database.auditLog.create({
    data: { actor: 'support', action: 'replay', target: 'x', at: new Date('2020-01-01') },
  });
  await database.stytchSearchBudget.create({ data: { minute: new Date('2020-01-01'), used: 7 } });
  expect(await removeOld(database, 90)).toBe(25_000);
  expect(await database.syncEvent.count()).toBe(2);
  expect(await database.auditLog.count()).toBe(1);
  expect(await database.stytchSearchBudget.count()).toBe(0);
});
