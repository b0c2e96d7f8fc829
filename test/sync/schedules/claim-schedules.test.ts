import { sql } from '../../../src/database/database.js';
import type { Log } from '../../../src/log/log.js';
import { atInterval } from '../../../src/process/interval.js';
import { hasRoleChanges } from '../../../src/sync/roles/back-fill-roles.js';
import { claimSchedules, postpone, type ScheduleTimes } from '../../../src/sync/schedules/claim-schedules.js';
import { runSchedules } from '../../../src/sync/schedules/run-schedules.js';
import { silent } from '../../helpers/config.js';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.js';
import { eventually } from '../../helpers/eventually.js';
import { seedTeam } from '../../helpers/rows.js';

let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase();
});
afterEach(() => test.drop());

const hourly = { name: 'hourly', everyMs: 3_600_000 };
const daily = { name: 'daily', everyMs: 86_400_000 };
const claimed = async (...schedules: ScheduleTimes[]) =>
  (await claimSchedules(test.database, schedules))
    .filter(({ isOurs }) => isOurs)
    .map(({ name }) => name)
    .sort();
const itIs = (ago: string) =>
  test.database.$executeRawUnsafe(`UPDATE schedule_runs SET next_at = next_at - interval '${ago}'`);

it('is claimed by one of several processes', async () => {
  const asked = await Promise.all(Array.from({ length: 5 }, () => claimed(hourly, daily)));
  expect(asked.flat().sort()).toEqual(['daily', 'hourly']);
});

it('is due again after its own interval', async () => {
  await claimed(hourly, daily);
  expect(await claimed(hourly, daily)).toEqual([]);
  await itIs('3601 seconds');
  expect(await claimed(hourly, daily)).toEqual(['hourly']);
  const waits = new Map((await claimSchedules(test.database, [hourly, daily])).map((one) => [one.name, one.waitMs]));
  expect(waits.get('hourly')).toBeGreaterThan(3_500_000);
  expect(waits.get('hourly')).toBeLessThanOrEqual(3_600_000);
  expect(waits.get('daily')).toBeLessThanOrEqual(82_799_000);
});

it('is not postponed by a clock that was ahead', async () => {
  await claimed(hourly);
  await itIs('-10 years');
  expect(await claimed(hourly)).toEqual(['hourly']);
});

it('can be postponed for a while', async () => {
  const often = { name: 'often', everyMs: 0 };
  expect(await claimed(often)).toEqual(['often']);
  await postpone(test.database, 'often', 15_000);
  expect(await claimed(often)).toEqual([]);
  await itIs('15 seconds');
  expect(await claimed(often)).toEqual(['often']);
});

it('is not run while it has no work, and is due again as usual', async () => {
  const roles = { name: 'roles', everyMs: 3_600_000, hasWork: hasRoleChanges };
  expect(await claimed(roles, hourly)).toEqual(['hourly']);
  const teamId = await seedTeam(test.database, { name: 'Acme', organizationId: null, roles: [] });
  await test.database.$executeRaw`INSERT INTO roles (team_id, name) VALUES (${teamId}::uuid, 'scim:analyst')`;
  expect(await claimed(roles, hourly)).toEqual([]);
  await itIs('1 hour');
  expect(await claimed(roles, hourly)).toEqual(['hourly', 'roles']);
});

it('of a failing condition stops no other schedule', async () => {
  const runs: string[] = [];
  const hasWork = sql.raw('EXISTS (SELECT FROM no_such_table)');
  const schedules = [
    { name: 'broken', everyMs: 1_000, hasWork, run: async () => void runs.push('broken') },
    { name: 'other', everyMs: 1_000, run: async () => void runs.push('other') },
  ];
  const worker = runSchedules(test.database, schedules, { log: silent });
  await eventually(() => runs.includes('broken') && runs.includes('other'));
  await worker.stop();
});

it('is due together with others, so that one statement claims them', async () => {
  await claimed({ name: 'often', everyMs: 5_000 }, { name: 'seldom', everyMs: 15_000 });
  const rows = await test.database.$queryRaw<{ rest: number }[]>`
    SELECT (extract(epoch FROM next_at) % 5)::float8 AS rest FROM schedule_runs`;
  expect(rows).toEqual([{ rest: 0 }, { rest: 0 }]);
});

it('runs in one of two workers at a time, beside a long one, and again after a failure', async () => {
  const runs: string[] = [];
  const schedules = (worker: string) => [
    { name: 'short', everyMs: 1_000, run: async () => void runs.push(worker) },
    { name: 'long', everyMs: 1_000, run: () => new Promise<void>(() => {}) },
    { name: 'failing', everyMs: 1_000, run: () => Promise.reject(new Error('on purpose')) },
  ];
  const started = Date.now();
  const workers = ['a', 'b'].map((name) => runSchedules(test.database, schedules(name), { log: silent }));
  await eventually(() => runs.length >= 5, 60_000);
  expect(runs.length).toBeLessThanOrEqual(Math.ceil((Date.now() - started) / 1_000) + 1);
  const stopping = Promise.all(workers.map((worker) => worker.stop()));
  const before = runs.length;
  await stopping; // a long one is not waited for for ever
  expect(runs.length).toBe(before);
});

it('logs a failure of the database in words, once it has failed three times in a row', async () => {
  let runs = 0;
  const missing = async () => {
    runs += 1;
    await test.database.$executeRaw`DELETE FROM no_such_table`;
  };
  const logged: { runs: number; what: unknown; error: unknown }[] = [];
  const warn = ({ what, error }: { what?: unknown; error?: unknown }) => void logged.push({ runs, what, error });
  const worker = runSchedules(test.database, [{ name: 'often', everyMs: 0, run: missing }], {
    log: { ...silent, warn: warn as Log['warn'] },
  });
  await eventually(() => logged.length > 0);
  await worker.stop();
  const error = 'The Scanner database did not answer (42P01). It lacks a table or a column: run npm run migrate.';
  expect(logged).toEqual([{ runs: 3, what: 'often', error }]);
});

it('runs again when the database is back', async () => {
  let runs = 0;
  const work = { name: 'often', everyMs: 1_000, run: async () => void runs++ };
  const worker = runSchedules(test.database, [work], { log: silent });
  await eventually(() => runs > 0);
  await test.database.$executeRaw`ALTER TABLE schedule_runs RENAME TO elsewhere`;
  const atFirst = runs;
  let ticks = 0;
  const clock = atInterval(1_000, async () => void ticks++);
  await eventually(() => ticks >= 3);
  await clock.stop();
  expect(runs - atFirst).toBeLessThanOrEqual(1);
  await test.database.$executeRaw`ALTER TABLE elsewhere RENAME TO schedule_runs`;
  await eventually(() => runs > atFirst + 1);
  await worker.stop();
});
