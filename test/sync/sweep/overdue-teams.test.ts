import { claimOverdue, markQueued } from '../../../src/sync/sweep/due-teams.js';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.js';
import { seedTeam } from '../../helpers/rows.js';

let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase();
});
afterEach(() => test.drop());

const overdue = { intervalSeconds: 240, lateSeconds: 15, limit: 100 };
const claim = (change: Partial<typeof overdue> = {}) => claimOverdue(test.database, { ...overdue, ...change });

type Sync = {
  queuedAgo?: number;
  sweptAgo?: number | null;
  claimedAgo?: number | null;
  sweepingFor?: number;
  sweptOrganization?: string;
};

/** A connected team. Its times are in seconds ago. */
async function team(
  n: number,
  { queuedAgo = 20, sweptAgo = 300, claimedAgo = null, sweepingFor, sweptOrganization }: Sync = {},
) {
  const id = await seedTeam(test.database, { name: `Team ${n}`, organizationId: `org-${n}` });
  await markQueued(test.database, [id]);
  await test.database.$executeRaw`
    UPDATE team_syncs SET sweep_queued_at = clock_timestamp() - make_interval(secs => ${queuedAgo}::float8), swept_at = clock_timestamp() - make_interval(secs => ${sweptAgo}::float8),
      sweep_claimed_at = clock_timestamp() - make_interval(secs => ${claimedAgo}::float8),
      sweeping_until = clock_timestamp() + make_interval(secs => ${sweepingFor ?? null}::float8),
      swept_organization_id = ${sweptOrganization ?? `org-${n}`}
    WHERE team_id = ${id}::uuid`;
  return id;
}

it('is a team whose last sweep is too long ago, or missing, even if it was queued', async () => {
  const ids = [await team(1), await team(2, { sweptAgo: null }), await team(3, { sweptAgo: 256 })];
  expect((await claim()).sort()).toEqual(ids.sort());
});

it.each<[string, Sync]>([
  ['was swept lately', { sweptAgo: 250 }],
  ['was never swept, and whose first sweep was queued a moment ago', { sweptAgo: null, queuedAgo: 10 }],
  ['somebody claimed a moment ago', { claimedAgo: 10 }],
  ['is being swept', { sweepingFor: 30 }],
])('is not a team that %s', async (_, sync) => {
  await team(1, sync);
  expect(await claim()).toEqual([]);
});

it('is not a team that is not connected', async () => {
  const id = await team(1);
  await test.database.team.update({ where: { id }, data: { ssoScimEnabled: false } });
  expect(await claim()).toEqual([]);
});

it('is a team whose organization has changed', async () => {
  const id = await team(1, { sweptAgo: 20, sweptOrganization: 'org-of-before' });
  expect(await claim()).toEqual([id]);
});

it('is a team whose times are in the future, by a clock that was ahead', async () => {
  const id = await team(1, { sweptAgo: -3_600, claimedAgo: -3_600 });
  expect(await claim()).toEqual([id]);
});

it('is a team without any record', async () => {
  const id = await seedTeam(test.database, { name: 'New', organizationId: 'org-new' });
  expect(await claim()).toEqual([]); // it is queued within 5 s
  expect(await claim({ lateSeconds: 0 })).toEqual([id]); // the queue refuses it
  await test.database.$executeRaw`UPDATE team_syncs SET sweep_claimed_at = NULL`;
  await test.database.team.update({ where: { id }, data: { createdAt: new Date(Date.now() - 20_000) } });
  expect(await claim()).toEqual([id]);
});

it('is a team that is queued again and again without a sweep', async () => {
  const id = await team(1);
  await markQueued(test.database, [id]);
  expect(await claim()).toEqual([id]);
});

it('is claimed by one worker, and by no other for a while', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 30; n++) ids.push(await team(n));
  const claims = await Promise.all(Array.from({ length: 5 }, () => claim()));
  expect(claims.flat().sort()).toEqual(ids.sort());
  expect(await claim()).toEqual([]);
});

it('is claimed a few at a time, in the order of the last claims', async () => {
  const [first, second, third] = [await team(1), await team(2, { claimedAgo: 80 }), await team(3, { claimedAgo: 70 })];
  expect(await claim({ limit: 1 })).toEqual([first]);
  expect(await claim({ limit: 1 })).toEqual([second]);
  expect(await claim({ limit: 1 })).toEqual([third]);
  expect(await claim({ limit: 1 })).toEqual([]);
});

it('is suspect if its worker died during the sweep: then it is claimed alone, after all others', async () => {
  const suspects = [await team(1, { sweepingFor: -30 }), await team(2, { sweepingFor: -30 })];
  const others = [await team(3, { claimedAgo: 20 }), await team(4)];
  expect((await claim()).sort()).toEqual(others.sort());
  const [one, ...more] = await claim();
  const [another] = await claim();
  expect([[one, another].sort(), more, await claim()]).toEqual([suspects.sort(), [], []]);
  const marked = await test.database.teamSync.findMany({ where: { suspectSince: { not: null } } });
  expect(marked.map(({ teamId }) => teamId).sort()).toEqual(suspects.sort());
});
