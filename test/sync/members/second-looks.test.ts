import type { JobType } from 'bullmq';
import { eventually } from '../../helpers/eventually.js';
import { queueHints } from '../../helpers/hints.js';
import { startLab } from '../../helpers/lab.js';
import { ownTeam } from '../../helpers/own-team.js';
import { inspectQueue } from '../../helpers/queue.js';

const own = ownTeam();

const ada = { userName: 'ada@acme.example', externalId: '00u-ada', roles: ['analyst'] };

describe('a hint that changed nothing', () => {
  it('is not believed: the recheck finds what the index did not show yet', async () => {
    const { directory, faults } = own.lab.emulator;
    const people = Array.from({ length: 20 }, (_, i) =>
      directory.provision(own.organizationId, {
        userName: `p${i}@acme.example`,
        externalId: `e${i}`,
        roles: ['analyst'],
      }),
    );
    await own.lab.quiet();
    faults.searchLagMs = 60_000;
    for (const { member_id } of people) directory.setRoles(member_id, []);
    await own.lab.emulator.webhooks.settled();
    await eventually(async () =>
      expect(
        await own.lab.database.syncEvent.count({ where: { eventType: 'scim.member.update', teamId: own.teamId } }),
      ).toBe(20),
    );
    faults.searchLagMs = 0;
    expect(await own.rows()).toMatchObject(Array(20).fill({ grants: [] }));
    const found = await own.lab.database.syncEvent.findMany({
      where: { teamId: own.teamId, trigger: 'recheck', outcome: 'changed' },
    });
    expect(found.length).toBeGreaterThan(10); // the first few hints were read by get, which does not lag
    expect(found[0]).toMatchObject({
      svixId: expect.any(String),
      eventType: 'scim.member.update',
      sentAt: expect.any(Date),
    });
  });

  it('is not believed either if Stytch does not know the new member yet', async () => {
    const { directory, faults } = own.lab.emulator;
    faults.failNext('members.dangerouslyGet', { status: 404, error_type: 'member_not_found' }, 2);
    directory.provision(own.organizationId, ada);
    expect(await own.rows()).toMatchObject([{ user: 'ada@acme.example', status: 'active' }]);
  });
});

it('a user whom Stytch did not know is read again after deactivation; an explicit leaver is not', async () => {
  const { directory, faults, calls } = own.lab.emulator;
  const { member_id } = directory.provision(own.organizationId, ada);
  await own.lab.quiet();
  faults.failNext('members.dangerouslyGet', { status: 404, error_type: 'member_not_found' });
  await queueHints(own.lab.home, own.organizationId, [member_id]);
  expect(await own.rows()).toMatchObject([{ status: 'active', grants: ['scim:analyst (scim)'] }]);
  const events = await own.lab.database.syncEvent.findMany({
    where: { teamId: own.teamId, outcome: 'changed' },
    orderBy: { id: 'asc' },
  });
  expect(events.map(({ trigger }) => trigger)).toEqual(['hint', 'hint', 'recheck']);
  expect(events[1]?.changes).toContainEqual({ type: 'user_deactivated', because: 'not_found' });
  expect(events[2]?.changes).toContainEqual({ type: 'user_reactivated' });

  calls.reset();
  directory.silently(() => directory.deprovision(member_id));
  await queueHints(own.lab.home, own.organizationId, [member_id], { memberGone: true });
  expect(await own.rows()).toMatchObject([{ status: 'deactivated' }]);
  expect(calls.count('members.dangerouslyGet')).toBe(1);
});

describe('a hint that changed nothing and came', () => {
  const anHour = 3_600_000;
  let waiting: Awaited<ReturnType<typeof startLab>>;
  beforeEach(async () => {
    waiting = await startLab({
      timing: { recheckAfterMs: [0, anHour, 2 * anHour], sweepDebounceMs: 100, searchLagMs: 30_000 },
    });
  });
  afterEach(() => waiting.stop());

  it.each([
    ['29 s ago is read again', { ageMs: 29_000 }, 1],
    ['half a minute ago is believed: no index lags that much', { ageMs: 31_000 }, 0],
    ["by another clock than the database's is read again: its age is unknown", { ageMs: 31_000, isTimed: false }, 1],
  ])('%s', async (_, age, secondLooks) => {
    const team = await waiting.team({ name: 'Acme' });
    const { member_id } = waiting.emulator.directory.silently(() =>
      waiting.emulator.directory.provision(team.organizationId, ada),
    );
    for (const outcome of ['changed', 'unchanged']) {
      await waiting.database.user.updateMany({ data: { observedAt: new Date(0) } }); // nobody has read it since
      await queueHints(waiting.home, team.organizationId, [member_id], age);
      await eventually(async () => expect(await waiting.database.syncEvent.count({ where: { outcome } })).toBe(1));
    }
    const count = (name: 'hints' | 'rereads', state: JobType) =>
      inspectQueue(waiting.home, name, (queue) => queue.getJobCounts(state));
    await eventually(async () => expect(await count('hints', 'completed')).toEqual({ completed: 2 }));
    expect(await count('rereads', 'delayed')).toEqual({ delayed: secondLooks });
  });
});

it('a hint whose member was read for another hint meanwhile needs no call to Stytch', async () => {
  const { member_id } = own.lab.emulator.directory.silently(() =>
    own.lab.emulator.directory.provision(own.organizationId, ada),
  );
  await queueHints(own.lab.home, own.organizationId, [member_id]);
  await own.rows();
  own.lab.emulator.calls.reset();
  await queueHints(own.lab.home, own.organizationId, [member_id], { ageMs: 31_000 });
  expect(await own.rows()).toMatchObject([{ status: 'active', grants: ['scim:analyst (scim)'] }]);
  const events = await own.lab.database.syncEvent.findMany({ where: { teamId: own.teamId }, orderBy: { id: 'asc' } });
  expect(events.map(({ outcome }) => outcome)).toEqual(['changed', 'superseded']);
  expect(own.lab.emulator.calls.count('members.dangerouslyGet')).toBe(0);
  await queueHints(own.lab.home, own.organizationId, [member_id], { ageMs: 31_000, memberGone: true });
  await own.rows();
  expect(own.lab.emulator.calls.count('members.dangerouslyGet')).toBeGreaterThan(0); // a leaver is read in any case
});
