import { eventually } from '../../helpers/eventually.js';
import { queueHints } from '../../helpers/hints.js';
import { type Lab, quickly, startLab } from '../../helpers/lab.js';
import { type Sweeping, sweepingIn } from '../../helpers/sweeping.js';

/** Rechecks thirty times earlier than in production, for an index that lags by 0.3 s, or that shows a much older state. */
const timing = { ...quickly, recheckAfterMs: [0, 150, 1_000] };
const lagMs = 300;

let lab: Lab;
let teamId: string;
let organizationId: string;
let members: string[];
let sweeping: Sweeping;

beforeAll(async () => {
  lab = await startLab({ timing });
});
afterAll(() => lab.stop());
beforeEach(async () => {
  ({ teamId, organizationId } = await lab.team({ name: 'Acme' }));
  const { directory } = lab.emulator;
  members = directory.silently(() =>
    Array.from({ length: 30 }, (_, n) => {
      const person = { userName: `p${n}@acme.example`, externalId: `e${n}`, roles: ['analyst'] };
      return directory.provision(organizationId, person).member_id;
    }),
  );
  sweeping = sweepingIn(lab, timing);
  await sweeping.sweep(teamId);
  lab.emulator.faults.searchLagMs = 60_000; // from now on searches show the team as it is now
});
afterEach(async () => {
  lab.emulator.faults.reset();
  await lab.quiet();
  await sweeping.stop();
});

const rows = async () => (await lab.rows()).filter((row) => row.teamId === teamId);
const having = async (expected: object) =>
  (await rows()).filter((row) =>
    Object.entries(expected).every(([key, value]) => String(row[key as 'user']) === value),
  );
const out = { status: 'deactivated', grants: '' };

describe('leavers that a get has deactivated', () => {
  beforeEach(async () => {
    for (const memberId of members) lab.emulator.directory.deprovision(memberId);
    await eventually(async () => expect(await having(out)).toHaveLength(30));
  });

  it('are not reactivated by a sweep whose search still shows them', async () => {
    expect(await sweeping.sweep(teamId)).toMatchObject({ changed: 0, held: 0 });
    expect(await having(out)).toHaveLength(30);
  });

  it('are not reactivated by hints whose search still shows them', async () => {
    const handled = () => lab.database.syncEvent.count({ where: { eventType: 'scim.member.update', teamId } });
    await queueHints(lab.home, organizationId, members);
    await eventually(async () => expect(await handled()).toBe(30));
    expect(await having(out)).toHaveLength(30);
  });

  it('are reactivated within seconds when they return', async () => {
    const [first = '', ...others] = members;
    lab.emulator.directory.reactivate(first);
    await eventually(async () => expect(await having({ status: 'active' })).toMatchObject([{ memberId: first }]));
    lab.emulator.faults.searchLagMs = 0;
    for (const memberId of others) lab.emulator.directory.reactivate(memberId);
    await eventually(async () => expect(await having({ status: 'active' })).toHaveLength(30));
  });
});

it('a revoked role is not granted again by a search that still shows it', async () => {
  for (const memberId of members.slice(0, 4)) lab.emulator.directory.setRoles(memberId, []);
  await eventually(async () => expect(await having({ grants: '' })).toHaveLength(4));
  await sweeping.sweep(teamId);
  expect(await having({ grants: '' })).toHaveLength(4);
});

it('a change that the first search does not show is found at the latest when no search can lag any more', async () => {
  const { directory, faults } = lab.emulator;
  faults.searchLagMs = lagMs;
  directory.silently(() => {
    for (const memberId of members) directory.setRoles(memberId, ['admin']);
  });
  const hints = queueHints(lab.home, organizationId, members);
  directory.silently(() => {
    for (const memberId of members) directory.setRoles(memberId, []);
  });
  await hints;
  await eventually(async () => expect(await having({ grants: '', values: '' })).toHaveLength(30));
});

it('a leaver without a user gets none from a search that still shows the member', async () => {
  const { directory, faults } = lab.emulator;
  faults.searchLagMs = 0;
  const { member_id } = directory.silently(() =>
    directory.provision(organizationId, { userName: 'short@acme.example', externalId: 'short', roles: ['analyst'] }),
  );
  faults.searchLagMs = 60_000;
  directory.silently(() => directory.deprovision(member_id));
  await queueHints(lab.home, organizationId, [member_id], { memberGone: true });
  const seenGone = { outcome: 'unknown_member', stytchMemberId: member_id };
  await eventually(async () => expect(await lab.database.syncEvent.count({ where: seenGone })).toBe(1));
  await sweeping.sweep(teamId);
  expect(await rows()).toHaveLength(30);
});

it('users that were created a moment ago do not count as missing: the index may not have them yet', async () => {
  const { directory, faults } = lab.emulator;
  faults.searchLagMs = 60_000;
  const joiners = directory.silently(() =>
    Array.from({ length: 20 }, (_, n) => directory.provision(organizationId, { userName: `j${n}@acme.example` })),
  );
  for (const { member_id } of joiners) await queueHints(lab.home, organizationId, [member_id]);
  await eventually(async () => expect(await rows()).toHaveLength(50));
  expect(await sweeping.sweep(teamId)).toMatchObject({ changed: 0, held: 0 });
  expect(await having({ status: 'active' })).toHaveLength(50);
});

it('a few leavers who were read a moment ago are found by the next sweep, though every webhook about them is lost', async () => {
  const { directory, faults, switches } = lab.emulator;
  faults.searchLagMs = 0;
  switches.deletedMembersNameOrganization = false; // so no listing shows them
  const hidden = new Set(members.slice(3, 18)); // nor some others, whom a search by id shows
  faults.omitFromListing(({ member_id }) => hidden.has(member_id));
  const leavers = members.slice(0, 3);
  await queueHints(lab.home, organizationId, members); // reads everybody now
  await lab.quiet();
  directory.silently(() => {
    for (const memberId of leavers) directory.deprovision(memberId);
  });
  expect(await sweeping.sweep(teamId)).toMatchObject({ changed: 3, held: 0 });
  expect(await having({ ...out })).toHaveLength(3);
  expect(await having({ status: 'active' })).toHaveLength(27);
  switches.deletedMembersNameOrganization = true;
});
