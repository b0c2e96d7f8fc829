import type { JobHandler } from '../../../src/queue/consume.js';
import { sweepHandler } from '../../../src/sync/sweep/handle-sweep.js';
import { silent } from '../../helpers/config.js';
import { type Lab, startLab } from '../../helpers/lab.js';
import { inspectQueue } from '../../helpers/queue.js';
import { seedTeam } from '../../helpers/rows.js';
import { type Sweeping, sweepingIn } from '../../helpers/sweeping.js';

/** Without a worker: the jobs stay where they are, and are handled by hand. */
let lab: Lab;
let sweeping: Sweeping;
let handle: JobHandler;
beforeAll(async () => {
  lab = await startLab({ worker: false });
});
afterAll(() => lab.stop());
beforeEach(async () => {
  await inspectQueue(lab.home, 'sweeps', (queue) => queue.obliterate({ force: true }));
  await lab.database.team.deleteMany();
  sweeping = sweepingIn(lab);
  handle = sweepHandler({ ...sweeping.deps, observer: { swept: () => {} } as never, log: silent });
});
afterEach(() => sweeping.stop());

const occasion = { trigger: 'sweep' } as const;
const seed = async (count: number) => {
  const teamIds: string[] = [];
  for (let n = 0; n < count; n++) teamIds.push((await lab.team({ name: `Team ${n}` })).teamId);
  return teamIds.sort();
};
const jobs = () =>
  inspectQueue(lab.home, 'sweeps', async (queue) =>
    (await queue.getJobs(['waiting', 'delayed'])).map(({ name, data }) => ({ name, ...data })),
  );
const together = (teamIds: string[], deaths = 0) =>
  handle({ id: 'one', name: 'sweep-teams', data: { teamIds, occasion }, attempt: 1, deaths });
const alone = async () =>
  (await jobs())
    .filter(({ name }) => name === 'sweep-team')
    .map(({ teamId }) => teamId)
    .sort();
const sweptTeams = async () =>
  (await lab.database.teamSync.findMany({ where: { sweptAt: { not: null } } })).map(({ teamId }) => teamId).sort();

it('a hundred teams share a job, and a job that waits is not added again', async () => {
  const teamIds = Array.from({ length: 201 }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
  for (let n = 0; n < 2; n++) await sweeping.deps.rereads.teams({ name: 'slot-5', teamIds }, occasion);
  const found = await jobs();
  expect(found.map(({ teamIds }) => teamIds.length).sort()).toEqual([1, 100, 100]);
  expect(found.flatMap(({ teamIds }) => teamIds).sort()).toEqual(teamIds);
});

it('small teams are swept by one job; a large or suspect one gets a job of its own', async () => {
  const [suspect = '', large = '', ...small] = await seed(4);
  await lab.database.teamSync.create({ data: { teamId: suspect, suspectSince: new Date() } });
  await lab.database.teamSync.create({ data: { teamId: large, sweptMembers: 100_000 } });
  lab.emulator.calls.reset();
  await together([suspect, large, ...small]);
  expect(await sweptTeams()).toEqual(small);
  expect(lab.emulator.calls.count('members.search')).toBe(1);
  expect(await alone()).toEqual([suspect, large]);
});

it('a sweep that fails is queued alone, for its own retries', async () => {
  const teamIds = await seed(2);
  const recover = lab.emulator.faults.failWhile('members.search', '500');
  await together(teamIds);
  recover();
  expect(await sweptTeams()).toEqual([]);
  expect(await alone()).toEqual(teamIds);
});

it('when a worker died, the teams that it was sweeping are suspect and queued alone; the others are not to blame', async () => {
  const [begun = '', ...others] = await seed(3);
  await lab.database.teamSync.create({ data: { teamId: begun, sweepingUntil: new Date(Date.now() + 40_000) } });
  await together([begun, ...others], 1);
  expect(await alone()).toEqual([begun]);
  expect(await sweptTeams()).toEqual(others);
  const suspects = await lab.database.teamSync.findMany({ where: { suspectSince: { not: null } } });
  expect(suspects.map(({ teamId }) => teamId)).toEqual([begun]);
});

it('a team that was deleted meanwhile does not stop the others', async () => {
  const [kept = ''] = await seed(1);
  const gone = await seedTeam(lab.database, { name: 'Gone', organizationId: null });
  await lab.database.team.delete({ where: { id: gone } });
  await together([kept, gone]);
  expect(await sweptTeams()).toEqual([kept]);
  expect(await jobs()).toEqual([]);
});
