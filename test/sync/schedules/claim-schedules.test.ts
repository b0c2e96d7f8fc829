import { hasRoleChanges } from '../../../src/sync/roles/back-fill-roles.js';
import { claimSchedules, postpone, type ScheduleTimes } from '../../../src/sync/schedules/claim-schedules.js';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.js';
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

it('is due together with others, so that one statement claims them', async () => {
  await claimed({ name: 'often', everyMs: 5_000 }, { name: 'seldom', everyMs: 15_000 });
  const rows = await test.database.$queryRaw<{ rest: number }[]>`
    SELECT (extract(epoch FROM next_at) % 5)::float8 AS rest FROM schedule_runs`;
  expect(rows).toEqual([{ rest: 0 }, { rest: 0 }]);
});
