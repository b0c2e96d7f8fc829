import { releaseHeld } from '../../../src/sync/holds/release-hold.js';
import { backFillKeys } from '../../../src/sync/roles/back-fill-keys.js';
import { dueIds } from '../../helpers/due-ids.js';
import { eventually } from '../../helpers/eventually.js';
import { queueHints } from '../../helpers/hints.js';
import { ownTeam } from '../../helpers/own-team.js';
import { act, supportOf } from '../../helpers/support.js';
import { type Sweeping, sweepingIn } from '../../helpers/sweeping.js';
import { memberEvent, post, signed } from '../../helpers/webhook.js';

const own = ownTeam();
const directory = () => own.lab.emulator.directory;
const database = () => own.lab.database;
let sweeping: Sweeping;
beforeEach(() => {
  sweeping = sweepingIn(own.lab);
});
afterEach(() => sweeping.stop());

function people(count: number, organizationId = own.organizationId) {
  return directory().silently(() =>
    Array.from({ length: count }, (_, n) => {
      const person = { userName: `p${n}@acme.example`, externalId: `e${n}`, roles: ['analyst'] };
      return directory().provision(organizationId, person).member_id;
    }),
  );
}
const rowsOf = async (teamId: string) => (await own.lab.rows()).filter((row) => row.teamId === teamId);
const active = async (teamId = own.teamId) => (await rowsOf(teamId)).filter(({ status }) => status === 'active').length;
const setOrganization = (teamId: string, organizationId: string | null) =>
  own.lab.database.team.update({ where: { id: teamId }, data: { stytchOrganizationId: organizationId } });
const newOrganization = () =>
  directory().silently(() => own.lab.emulator.organizations.create({ name: 'Other' }).organization_id);

describe('a team whose organization is replaced', () => {
  it('is due at once, and a few users of the old organization are deactivated', async () => {
    people(5);
    await sweeping.sweep(own.teamId);
    await own.lab.database.$executeRaw`UPDATE team_syncs SET sweep_queued_at = now() - interval '2 minutes'`;
    await setOrganization(own.teamId, newOrganization());
    expect(await dueIds(own.lab.database, 86_400)).toContain(own.teamId);
    expect(await sweeping.sweep(own.teamId)).toMatchObject({ members: 0, changed: 5, held: 0 });
    expect(await rowsOf(own.teamId)).toMatchObject(Array(5).fill({ status: 'deactivated', grants: [] }));
    const events = await own.lab.database.syncEvent.findMany({
      where: { teamId: own.teamId },
      orderBy: { id: 'desc' },
      take: 5,
    });
    for (const { changes } of events)
      expect(changes).toContainEqual({ type: 'user_deactivated', because: 'other_organization' });
  });

  it('has many users held, and a person can release them', async () => {
    people(20);
    await sweeping.sweep(own.teamId);
    await setOrganization(own.teamId, newOrganization());
    expect(await sweeping.sweep(own.teamId)).toMatchObject({ changed: 0, held: 20 });
    expect(await active()).toBe(20);
    const [hold] = await own.lab.database.heldChange.findMany({ where: { teamId: own.teamId, resolution: null } });
    const parts = supportOf(own.lab);
    try {
      expect((await releaseHeld(parts, hold?.id ?? '', act)).released).toHaveLength(20);
    } finally {
      await parts.close();
    }
    expect(await active()).toBe(0);
  });

  it('or removed, is due as well, and all users are held', async () => {
    people(3);
    await sweeping.sweep(own.teamId);
    await own.lab.database.$executeRaw`UPDATE team_syncs SET sweep_queued_at = now() - interval '2 minutes'`;
    await setOrganization(own.teamId, null);
    expect(await dueIds(own.lab.database, 86_400)).toContain(own.teamId);
    expect(await sweeping.sweep(own.teamId)).toMatchObject({ held: 3 });
    expect(await dueIds(own.lab.database, 86_400)).not.toContain(own.teamId);
  });

  it('loses its users to the team that has their organization now, which creates its own rows', async () => {
    const [first = ''] = people(4);
    await sweeping.sweep(own.teamId);
    await database().$executeRaw`
      UPDATE users SET created_at = now() - interval '1 minute', observed_at = now() - interval '1 minute'`; // no newcomers
    const beta = await own.lab.team({ name: 'Beta' });
    await setOrganization(own.teamId, null);
    await setOrganization(beta.teamId, own.organizationId);
    await setOrganization(own.teamId, beta.organizationId);
    await queueHints(own.lab.home, own.organizationId, [first]); // a hint alone is enough
    await own.lab.quiet();
    expect(await active(own.teamId)).toBe(0);
    await sweeping.sweep(beta.teamId);
    expect(await rowsOf(beta.teamId)).toMatchObject(
      Array(4).fill({ status: 'active', grants: ['scim:analyst (scim)'] }),
    );
    expect(await rowsOf(own.teamId)).toMatchObject(
      Array(4).fill({ status: 'deactivated', grants: [], memberId: null }),
    );
  });
});

describe('an API key of a leaver', () => {
  const keys = async () => (await rowsOf(own.teamId)).flatMap((row) => row.keys);

  it('is revoked if any SQL creates or reactivates it later; keys of others are not', async () => {
    const [leaver = '', other = ''] = people(2);
    await sweeping.sweep(own.teamId);
    const users = await own.lab.database.user.findMany({ where: { teamId: own.teamId } });
    const idOf = (memberId: string) => users.find(({ stytchMemberId }) => stytchMemberId === memberId)?.id ?? '';
    const make = (name: string, memberId: string) =>
      own.lab.database.apiKey.create({ data: { teamId: own.teamId, name, ownerUserId: idOf(memberId) } });
    await make('kept', other);
    await make('old', leaver);
    directory().deprovision(leaver);
    await own.rows();
    await make('late', leaver);
    await own.lab.database.apiKey.updateMany({ where: { name: 'old' }, data: { revokedAt: null } });
    await make('shared', other);
    expect(await backFillKeys(own.lab.database)).toBe(2);
    expect((await keys()).sort()).toEqual(['kept', 'late revoked', 'old revoked', 'shared']);
    const event = await own.lab.database.syncEvent.findFirst({ where: { trigger: 'key', stytchMemberId: leaver } });
    expect(event).toMatchObject({ outcome: 'changed', changes: [{ type: 'api_key_revoked' }] });
    expect(await backFillKeys(own.lab.database)).toBe(0);
  });
});

it('a failed reread of a member does not prevent the next one', async () => {
  const [poison = '', ...others] = people(20);
  await sweeping.sweep(own.teamId);
  directory().silently(() => directory().setMember(poison, { email_address: 'evil\0@acme.example' }));
  await sweeping.sweep(own.teamId);
  await eventually(async () => expect(await own.lab.failedJobs()).toMatchObject([{ queue: 'rereads' }]));
  directory().silently(() => {
    directory().setMember(poison, null);
    directory().setMember(poison, { scim_registration: { scim_attributes: { active: 0 } } });
    directory().setRoles(others[0] ?? '', []);
  });
  await sweeping.sweep(own.teamId); // asks for the member alone again
  directory().silently(() => directory().setMember(poison, { status: 'deleted' }));
  await sweeping.sweep(own.teamId);
  await eventually(async () =>
    expect((await own.rows()).filter(({ status }) => status === 'deactivated')).toHaveLength(1),
  );
});

it('a webhook that is sent again after its job has failed is tried again', async () => {
  const [ada = ''] = people(1);
  await sweeping.sweep(own.teamId);
  const { faults } = own.lab.emulator;
  const recover = faults.failWhile('members.dangerouslyGet', { status: 402, error_type: 'payment_required' });
  directory().silently(() => directory().setRoles(ada, []));
  const request = signed(memberEvent({ id: ada, member: { organization_id: own.organizationId } }));
  await post(own.lab.url, request);
  const failedHints = async () => (await own.lab.failedJobs()).filter(({ queue }) => queue === 'hints');
  await eventually(async () => expect(await failedHints()).toHaveLength(1));
  recover();
  expect(
    await post(own.lab.url, signed(String(request.body), { id: String(request.headers['svix-id']) })),
  ).toMatchObject({ status: 202 });
  await eventually(async () => expect(await rowsOf(own.teamId)).toMatchObject([{ grants: [] }]));
  expect(await failedHints()).toEqual([]);
});

it('an event that lists the members of a group leads to a read of members who have left it, too', async () => {
  const members = people(4);
  const group = directory().silently(() => directory().createGroup(own.organizationId, 'admin', members));
  await sweeping.sweep(own.teamId);
  own.lab.emulator.switches.membershipEvents = 'list';
  try {
    directory().removeFromGroup(group.group_id, members[0] ?? '');
    await eventually(async () =>
      expect((await rowsOf(own.teamId)).filter(({ grants }) => !grants.includes('scim:admin (scim)'))).toHaveLength(1),
    );
  } finally {
    own.lab.emulator.switches.membershipEvents = 'each';
  }
});
