import { type Emulator, startEmulator } from '../emulator.js';
import { idp } from '../idp.js';
import { errorTypeOf, sdkClient } from '../sdk-client.js';

let emulator: Emulator;
let client: ReturnType<typeof sdkClient>;
let connections: ReturnType<typeof sdkClient>['scim']['connection'];
let organization_id: string;

beforeAll(async () => {
  emulator = await startEmulator();
  client = sdkClient(emulator);
  connections = client.scim.connection;
});
afterAll(() => emulator.stop());
beforeEach(() => {
  organization_id = emulator.organizations.create({ name: 'Acme' }).organization_id;
});

async function create(identity_provider = 'okta') {
  const { connection } = await connections.create({ organization_id, display_name: 'Acme IdP', identity_provider });
  if (connection === undefined) throw new Error('No connection');
  return connection;
}

const opens = async (connection: { base_url: string }, bearer_token: string) =>
  (await idp({ base_url: connection.base_url, bearer_token })('GET', '/Users')).status === 200;

test('the token is shown once, when the connection is created', async () => {
  const created = await create();
  const { connection_id, bearer_token } = created;
  expect(created).toEqual({
    organization_id,
    connection_id: expect.stringMatching(/^scim-connection-test-/),
    status: 'active',
    display_name: 'Acme IdP',
    identity_provider: 'okta',
    base_url: `${emulator.url}/v1/b2b/scim/${connection_id}`,
    bearer_token: expect.stringMatching(/^[A-Za-z0-9]{48}$/),
    bearer_token_expires_at: expect.any(String),
    scim_group_implicit_role_assignments: [],
  });
  const { connection } = await connections.get({ organization_id });
  const { bearer_token: _, ...rest } = created;
  const last_four = bearer_token.slice(-4);
  expect(connection).toEqual({ ...rest, bearer_token_last_four: last_four, next_bearer_token_last_four: '' });
  const { organization } = await client.organizations.get({ organization_id });
  expect(organization.scim_active_connection).toMatchObject({ connection_id, bearer_token_last_four: last_four });
});

test('an organization has one active connection', async () => {
  const { connection_id } = await create();
  expect(await errorTypeOf(create())).toBe('active_scim_connection_exists');
  await connections.delete({ organization_id, connection_id });
  expect((await create()).connection_id).not.toBe(connection_id);
});

test('without a connection get refuses with 400 or 404, or answers none, as switched', async () => {
  for (const status of [400, 404] as const) {
    emulator.switches.getWithoutConnection = status;
    await expect(connections.get({ organization_id })).rejects.toMatchObject({
      status_code: status,
      error_type: 'no_active_scim_connection',
    });
  }
  emulator.switches.getWithoutConnection = 'empty';
  expect((await connections.get({ organization_id })).connection).toBeUndefined();
  emulator.switches.getWithoutConnection = 400;
});

test('eight identity providers, generic when none is named', async () => {
  expect(await errorTypeOf(create('google-workspace'))).toBe('invalid_scim_idp');
  const { connection } = await connections.create({ organization_id });
  expect(connection).toMatchObject({ identity_provider: 'generic', display_name: '' });
});

test("Entra's base_url carries its compliance flag, and follows an update", async () => {
  const { base_url, connection_id } = await create('microsoft-entra');
  expect(base_url).toBe(`${emulator.url}/v1/b2b/scim/${connection_id}?aadOptscim062020`);
  const { connection } = await connections.update({ organization_id, connection_id, identity_provider: 'okta' });
  expect(connection).toMatchObject({
    base_url: `${emulator.url}/v1/b2b/scim/${connection_id}`,
    display_name: 'Acme IdP',
  });
});

test('a connection of another organization is not there', async () => {
  const { connection_id } = await create();
  const stranger = emulator.organizations.create({ name: 'Stranger' }).organization_id;
  const ids = { organization_id: stranger, connection_id };
  for (const call of [
    () => connections.update(ids),
    () => connections.delete(ids),
    () => connections.getGroups(ids),
    () => connections.rotateStart(ids),
  ]) {
    expect(await errorTypeOf(call())).toBe('no_active_scim_connection');
  }
});

test('a rotation shows the next token once; completing it ends the old one', async () => {
  const created = await create();
  const ids = { organization_id, connection_id: created.connection_id };
  const { connection: rotating } = await connections.rotateStart(ids);
  const next = rotating?.next_bearer_token ?? '';
  expect(rotating).toMatchObject({ next_bearer_token: expect.stringMatching(/^\w{48}$/) });
  expect(rotating).not.toHaveProperty('bearer_token');
  expect((await connections.get({ organization_id })).connection).toMatchObject({
    next_bearer_token_last_four: next.slice(-4),
    next_bearer_token_expires_at: expect.any(String),
  });
  expect([await opens(created, created.bearer_token), await opens(created, next)]).toEqual([true, true]);
  emulator.switches.rotationTokens = 'old';
  expect([await opens(created, created.bearer_token), await opens(created, next)]).toEqual([true, false]);
  emulator.switches.rotationTokens = 'both';

  const { connection: rotated } = await connections.rotateComplete(ids);
  expect(rotated).toMatchObject({ bearer_token_last_four: next.slice(-4), next_bearer_token_last_four: '' });
  expect([await opens(created, created.bearer_token), await opens(created, next)]).toEqual([false, true]);
});

test('a cancelled rotation keeps the old token', async () => {
  const created = await create();
  const ids = { organization_id, connection_id: created.connection_id };
  const { connection } = await connections.rotateStart(ids);
  await connections.rotateCancel(ids);
  const next = connection?.next_bearer_token ?? '';
  expect([await opens(created, created.bearer_token), await opens(created, next)]).toEqual([true, false]);
  for (const call of [connections.rotateCancel, connections.rotateComplete]) {
    expect(await errorTypeOf(call.call(connections, ids))).toBe('scim_connection_not_rotating_token');
  }
});

test('groups are listed in pages of their own', async () => {
  const { connection_id } = await create();
  for (const name of ['A', 'B', 'C']) emulator.directory.createGroup(organization_id, name);
  const first = await connections.getGroups({ organization_id, connection_id, limit: 2 });
  const cursor = first.next_cursor ?? '';
  const second = await connections.getGroups({ organization_id, connection_id, limit: 2, cursor });
  expect([...first.scim_groups, ...second.scim_groups]).toEqual(emulator.directory.groups(organization_id));
  expect(first.scim_groups.map((group) => group.group_name)).toEqual(['A', 'B']);
  expect(second.next_cursor).toBeNull();
});

test('role assignments of groups show in their members, and are replaced as a whole', async () => {
  const { connection_id } = await create();
  const ada = emulator.directory.provision(organization_id, { userName: 'ada@acme.example', groups: ['Eng', 'Ops'] });
  const [eng, ops] = emulator.directory.groups(organization_id).map((group) => group.group_id);
  const assign = (...assignments: object[]) =>
    connections.update({
      organization_id,
      connection_id,
      scim_group_implicit_role_assignments: assignments as { role_id: string; group_id: string; group_name: string }[],
    });
  const sources = async (roleId: string) => {
    const { member } = await client.organizations.members.dangerouslyGet({ member_id: ada.member_id });
    return member.roles.find((role) => role.role_id === roleId)?.sources;
  };
  const { connection } = await assign({ role_id: 'stytch_admin', group_id: eng });
  expect(connection?.scim_group_implicit_role_assignments).toEqual([
    { role_id: 'stytch_admin', group_id: eng, group_name: 'Eng' },
  ]);
  expect(await sources('stytch_admin')).toEqual([
    { type: 'scim_connection_group', details: { connection_id, group_id: eng } },
  ]);
  await assign({ role_id: 'scanner_support', group_id: ops, group_name: 'Ops' });
  expect([await sources('stytch_admin'), await sources('scanner_support')]).toEqual([undefined, [expect.anything()]]);
  emulator.directory.deleteGroup(ops ?? '');
  expect(await sources('scanner_support')).toBeUndefined();
  expect((await connections.get({ organization_id })).connection?.scim_group_implicit_role_assignments).toEqual([]);

  for (const [assignment, errorType] of [
    [{ role_id: 'stytch_admin' }, 'scim_group_role_assignment_does_not_contain_group_id'],
    [{ role_id: 'stytch_admin', group_id: ops }, 'scim_group_role_assignment_group_does_not_exist'],
    [{ role_id: 'nobody', group_id: eng }, 'invalid_rbac_role_assignment'],
  ] as const) {
    expect(await errorTypeOf(assign(assignment))).toBe(errorType);
  }
});

test('deleting the connection removes groups and registrations; the members stay, unless switched', async () => {
  for (const [connectionDeletion, status] of [
    ['membersStay', 'active'],
    ['membersDeleted', 'deleted'],
  ] as const) {
    emulator.switches.connectionDeletion = connectionDeletion;
    const { connection_id } = await create();
    const ada = emulator.directory.provision(organization_id, { userName: 'ada@acme.example', groups: ['Eng'] });
    const [group] = emulator.directory.groups(organization_id);
    expect(await connections.delete({ organization_id, connection_id })).toMatchObject({ connection_id });
    expect(() => emulator.directory.renameGroup(group?.group_id ?? '', 'Ghosts')).toThrow('does not exist');
    expect(emulator.directory.member(ada.member_id)).toMatchObject({ status, scim_registration: null });
    expect((await client.organizations.get({ organization_id })).organization.scim_active_connection).toBeNull();
  }
  emulator.switches.connectionDeletion = 'membersStay';
});

describe('with a member session', () => {
  const session = async (email_address: string, roles: string[] = [], organization = organization_id) => {
    const { member_id } = emulator.directory.createMember(organization, { email_address, roles });
    const { session_jwt, session_token } = await emulator.sessions.mint({ memberId: member_id });
    return [{ authorization: { session_jwt } }, { authorization: { session_token } }];
  };

  test('an admin may do all eight calls', async () => {
    for (const authorization of await session('admin@acme.example', ['stytch_admin'])) {
      const { connection } = await connections.create({ organization_id }, authorization);
      const ids = { organization_id, connection_id: connection?.connection_id ?? '' };
      await connections.get(ids, authorization);
      await connections.update({ ...ids, scim_group_implicit_role_assignments: [] }, authorization);
      await connections.getGroups(ids, authorization);
      await connections.rotateStart(ids, authorization);
      await connections.rotateCancel(ids, authorization);
      await connections.rotateStart(ids, authorization);
      await connections.rotateComplete(ids, authorization);
      await connections.delete(ids, authorization);
    }
  });

  test('a member without the permission may do nothing, and nothing happens', async () => {
    const { connection_id } = await create();
    const ids = { organization_id, connection_id };
    for (const authorization of await session('bob@acme.example', ['scanner_support'])) {
      for (const call of [
        () => connections.get(ids, authorization),
        () => connections.getGroups(ids, authorization),
        () => connections.delete(ids, authorization),
        () => connections.rotateStart(ids, authorization),
      ]) {
        expect(await errorTypeOf(call())).toBe('session_authorization_error');
      }
    }
    expect((await connections.get({ organization_id })).connection).toMatchObject({ next_bearer_token_last_four: '' });
  });

  test('role assignments also need the permission on the organization', async () => {
    const { connection_id } = await create();
    const permissions = [{ resource_id: 'stytch.scim', actions: ['update'] }];
    const role = { role_id: 'scim_operator', description: '', permissions };
    await client.rbac.organizations.setOrgPolicy({ organization_id, org_policy: { roles: [role] } });
    const [authorization] = await session('ops@acme.example', ['scim_operator']);
    const ids = { organization_id, connection_id };
    await connections.update({ ...ids, display_name: 'New name' }, authorization);
    const assigning = connections.update({ ...ids, scim_group_implicit_role_assignments: [] }, authorization);
    expect(await errorTypeOf(assigning)).toBe('session_authorization_error');
  });

  test('a member of another organization, and a session that is over, are refused', async () => {
    const elsewhere = emulator.organizations.create({ name: 'Elsewhere' }).organization_id;
    const [authorization] = await session('admin@elsewhere.example', ['stytch_admin'], elsewhere);
    expect(await errorTypeOf(connections.get({ organization_id }, authorization))).toBe(
      'session_authorization_tenancy_error',
    );
    const over = { authorization: { session_token: 'nobody' } };
    expect(await errorTypeOf(connections.get({ organization_id }, over))).toBe('session_not_found');
  });

  test('a call whose member permissions are not emulated says so', async () => {
    const [authorization] = await session('admin@acme.example', ['stytch_admin']);
    expect(await errorTypeOf(client.organizations.update({ organization_id }, authorization))).toBe('not_emulated');
  });
});
