import { eventually } from '../../helpers/eventually.js';
import { ownTeam } from '../../helpers/own-team.js';
import { memberEvent, post, signed } from '../../helpers/webhook.js';

const own = ownTeam();

const ada = { userName: 'ada@acme.example', name: 'Ada Lovelace', externalId: '00u-ada', roles: ['analyst'] };
const bob = { userName: 'bob@acme.example', name: 'Bob', externalId: '00u-bob' };

async function eventsOf(memberId: string) {
  await own.lab.quiet();
  return own.lab.database.syncEvent.findMany({ where: { stytchMemberId: memberId }, orderBy: { id: 'asc' } });
}

describe('from a webhook to rows', () => {
  it('creates a user with the matching roles, and records who, what, why and when', async () => {
    const { member_id } = own.lab.emulator.directory.provision(own.organizationId, ada);
    expect(await own.rows()).toMatchObject([
      {
        user: 'ada@acme.example',
        name: 'Ada Lovelace',
        status: 'active',
        values: ['analyst via roles'],
        grants: ['scim:analyst (scim)'],
      },
    ]);
    const [event, ...more] = await eventsOf(member_id);
    const message = own.lab.emulator.webhooks.outbox.find(({ body }) => body.includes(member_id));
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      svixId: message?.svixId,
      eventId: JSON.parse(message?.body ?? '').event_id,
      eventType: 'scim.member.create',
      trigger: 'hint',
      teamId: own.teamId,
      userId: expect.any(String),
      outcome: 'changed',
      changes: [
        { type: 'user_created' },
        { type: 'idp_role_value_added', value: 'analyst', via: 'roles' },
        { type: 'role_granted', role: 'scim:analyst', roleId: expect.any(String) },
      ],
    });
    const times = [event?.sentAt, event?.receivedAt, event?.appliedAt].map(Number);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('records each hint once, however often it is delivered', async () => {
    const { member_id } = own.lab.emulator.directory.provision(own.organizationId, ada);
    await own.lab.quiet();
    const message = own.lab.emulator.webhooks.outbox.find(({ body }) => body.includes(member_id));
    await own.lab.emulator.webhooks.resend(message?.svixId ?? '');
    expect(await eventsOf(member_id)).toHaveLength(1);
  });

  it('keeps a user equal to the directory: joins, changes, leaves, returns', async () => {
    const { directory } = own.lab.emulator;
    const { member_id } = directory.provision(own.organizationId, ada);
    await own.lab.quiet();
    const owner = await own.lab.database.user.findUniqueOrThrow({ where: { stytchMemberId: member_id } });
    await own.lab.database.apiKey.create({ data: { teamId: own.teamId, name: 'cli', ownerUserId: owner.id } });

    directory.update(member_id, { ...ada, userName: 'ada.king@acme.example', roles: ['admin', 'unheard of'] });
    expect(await own.rows()).toMatchObject([
      {
        user: 'ada.king@acme.example',
        values: ['admin via roles', 'unheard of via roles'],
        grants: ['scim:admin (scim)'],
        keys: ['cli'],
      },
    ]);

    directory.deprovision(member_id);
    expect(await own.rows()).toMatchObject([{ status: 'deactivated', values: [], grants: [], keys: ['cli revoked'] }]);

    directory.reactivate(member_id);
    expect(await own.rows()).toMatchObject([
      { status: 'active', grants: ['scim:admin (scim)'], keys: ['cli revoked'] },
    ]);
    expect((await own.lab.database.user.findUniqueOrThrow({ where: { stytchMemberId: member_id } })).id).toBe(owner.id);
  });

  it('links a person who returns as a new member to their old row', async () => {
    const { directory, switches } = own.lab.emulator;
    switches.repost = 'new';
    const first = directory.provision(own.organizationId, ada);
    directory.deprovision(first.member_id);
    const second = directory.provision(own.organizationId, ada);
    switches.repost = 'reuse';
    expect(second.member_id).not.toBe(first.member_id);
    expect(await own.rows()).toMatchObject([
      { memberId: second.member_id, status: 'active', grants: ['scim:analyst (scim)'] },
    ]);
  });

  it('links a user that Scanner already had', async () => {
    const old = await own.lab.database.user.create({
      data: { teamId: own.teamId, email: 'ADA@acme.example', name: 'Ada' },
    });
    const { member_id } = own.lab.emulator.directory.provision(own.organizationId, ada);
    expect(await own.rows()).toHaveLength(1);
    expect(await own.lab.database.user.findUniqueOrThrow({ where: { id: old.id } })).toMatchObject({
      stytchMemberId: member_id,
    });
  });

  it.each(['deleted', 'deactivated', 'active'] as const)('deactivates a leaver whose status is %s', async (status) => {
    own.lab.emulator.switches.deactivatedStatus = status;
    const { member_id } = own.lab.emulator.directory.provision(own.organizationId, ada);
    await own.lab.quiet();
    own.lab.emulator.directory.deprovision(member_id);
    expect(await own.rows()).toMatchObject([{ status: 'deactivated', grants: [] }]);
    own.lab.emulator.switches.deactivatedStatus = 'deleted';
  });

  it('deactivates a leaver that Stytch does not know any more', async () => {
    const { member_id } = own.lab.emulator.directory.provision(own.organizationId, ada);
    await own.lab.quiet();
    own.lab.emulator.faults.failWhile('members.dangerouslyGet', { status: 404, error_type: 'member_not_found' });
    await post(own.lab.url, signed(memberEvent({ id: member_id, member: undefined })));
    expect(await own.rows()).toMatchObject([{ status: 'deactivated' }]);
  });

  it('does not change other users', async () => {
    const other = await own.lab.team({ name: 'Beta' });
    const { directory } = own.lab.emulator;
    directory.provision(own.organizationId, bob);
    directory.provision(other.organizationId, { ...ada, roles: ['analyst', 'admin'] });
    const { member_id } = directory.provision(own.organizationId, ada);
    await own.lab.quiet();
    const others = async () => (await own.lab.rows()).filter(({ memberId }) => memberId !== member_id);
    const before = await others();
    directory.deprovision(member_id);
    await own.lab.quiet();
    expect(await others()).toEqual(before);
  });
});

describe('hints that do not name a single member', () => {
  it.each(['A', 'B'] as const)('grants and revokes by group, with the events of family %s', async (family) => {
    own.lab.emulator.switches.groupEvents = family;
    const { directory } = own.lab.emulator;
    const [a, b] = [
      directory.provision(own.organizationId, { ...ada, roles: [] }),
      directory.provision(own.organizationId, bob),
    ];
    const group = directory.createGroup(own.organizationId, 'analyst', [a.member_id, b.member_id]);
    await eventually(async () =>
      expect(await own.rows()).toMatchObject(Array(2).fill({ grants: ['scim:analyst (scim)'] })),
    );
    directory.removeFromGroup(group.group_id, b.member_id);
    await eventually(async () =>
      expect(await own.rows()).toMatchObject([{ grants: ['scim:analyst (scim)'] }, { grants: [] }]),
    );
    directory.renameGroup(group.group_id, 'admin');
    await eventually(async () =>
      expect(await own.rows()).toMatchObject([{ grants: ['scim:admin (scim)'] }, { grants: [] }]),
    );
    directory.deleteGroup(group.group_id);
    await eventually(async () => expect(await own.rows()).toMatchObject([{ grants: [], values: [] }, { grants: [] }]));
    own.lab.emulator.switches.groupEvents = 'A';
  });

  it('reads the team again for an event of an unknown type', async () => {
    own.lab.emulator.directory.silently(() => own.lab.emulator.directory.provision(own.organizationId, ada));
    const unknown = memberEvent({
      object_type: 'moon',
      id: 'moon-1',
      moon: { organization_id: own.organizationId },
      member: undefined,
    });
    await post(own.lab.url, signed(unknown));
    expect(await own.rows()).toMatchObject([{ user: 'ada@acme.example' }]);
  });

  it('reads every connected team again for an event without a team', async () => {
    const other = await own.lab.team({ name: 'Beta' });
    const { directory } = own.lab.emulator;
    directory.silently(() => [
      directory.provision(own.organizationId, ada),
      directory.provision(other.organizationId, bob),
    ]);
    await post(own.lab.url, signed(memberEvent({ object_type: 'moon', id: 'moon-1', member: undefined })));
    await eventually(async () =>
      expect((await own.lab.rows()).map(({ team }) => team)).toEqual(expect.arrayContaining(['Acme', 'Beta'])),
    );
  });

  it('reads the members that an event names', async () => {
    const { directory } = own.lab.emulator;
    const people = directory.silently(() => [
      directory.provision(own.organizationId, ada),
      directory.provision(own.organizationId, bob),
    ]);
    const members = people.map(({ member_id }) => ({ member_id }));
    await post(
      own.lab.url,
      signed(
        memberEvent({ object_type: 'push', id: 'push-1', push: { organization_id: own.organizationId, members } }),
      ),
    );
    expect(await own.rows()).toHaveLength(2);
  });

  it('reads a team once for a burst of hints, and once more for hints during that read', async () => {
    own.lab.emulator.calls.reset();
    const event = () => memberEvent({ object_type: 'scim_group', scim_group: { organization_id: own.organizationId } });
    await Promise.all(Array.from({ length: 30 }, () => post(own.lab.url, signed({ ...event(), id: 'scim-group-1' }))));
    await own.rows();
    expect(own.lab.emulator.calls.count('members.search')).toBeLessThanOrEqual(2);
  });

  it('finds a member who left without an event, and one that the listing does not show', async () => {
    const { directory, faults } = own.lab.emulator;
    const [a, b] = [directory.provision(own.organizationId, ada), directory.provision(own.organizationId, bob)];
    await own.lab.quiet();
    directory.silently(() => directory.deprovision(a.member_id));
    faults.omitFromListing((member) => member.member_id === b.member_id);
    await post(
      own.lab.url,
      signed(memberEvent({ object_type: 'organization', id: own.organizationId, organization: {} })),
    );
    expect(await own.rows()).toMatchObject([
      { user: 'ada@acme.example', status: 'deactivated' },
      { user: 'bob@acme.example', status: 'active' },
    ]);
  });
});

describe('organizations that Scanner does not know', () => {
  it('are acknowledged, recorded, and cost no call to Stytch', async () => {
    own.lab.emulator.calls.reset();
    const { organization_id } = own.lab.emulator.directory.silently(() =>
      own.lab.emulator.organizations.create({ name: 'Nobody' }),
    );
    const { member_id } = own.lab.emulator.directory.provision(organization_id, ada);
    expect(await eventsOf(member_id)).toMatchObject([{ outcome: 'unknown_team', teamId: null, userId: null }]);
    expect(own.lab.emulator.calls.count('members.dangerouslyGet')).toBe(0);
  });

  it('are reconciled once the team exists and an event comes', async () => {
    const { organization_id } = own.lab.emulator.directory.silently(() =>
      own.lab.emulator.organizations.create({ name: 'Late' }),
    );
    own.lab.emulator.directory.provision(organization_id, ada);
    await own.lab.quiet();
    const team = await own.lab.database.team.create({
      data: { name: 'Late', stytchOrganizationId: organization_id, roles: { create: { name: 'scim:analyst' } } },
    });
    own.lab.emulator.organizations.update(organization_id, { organization_name: 'Later' });
    await own.lab.quiet();
    expect((await own.lab.rows()).filter((row) => row.teamId === team.id)).toMatchObject([
      { grants: ['scim:analyst (scim)'] },
    ]);
  });
});

describe('a slower, older read', () => {
  it('changes nothing after a newer one was applied', async () => {
    const { directory, faults } = own.lab.emulator;
    const { member_id } = directory.provision(own.organizationId, ada);
    await own.lab.quiet();
    const frozen = faults.freeze('members.dangerouslyGet');
    directory.setRoles(member_id, ['analyst', 'admin']); // the read of this hint sees the role, and hangs
    await frozen.arrived;
    directory.silently(() => directory.deprovision(member_id));
    await post(own.lab.url, signed(memberEvent({ id: member_id, action: 'DELETE', member: undefined })));
    await eventually(async () =>
      expect(await own.lab.database.user.findUniqueOrThrow({ where: { stytchMemberId: member_id } })).toMatchObject({
        status: 'deactivated',
      }),
    );
    frozen.release();
    expect(await own.rows()).toMatchObject([{ status: 'deactivated', grants: [] }]);
    expect(await eventsOf(member_id)).toContainEqual(
      expect.objectContaining({ eventType: 'scim.member.update', outcome: 'superseded' }),
    );
  });
});
