import { type Emulator, startEmulator } from '../emulator.js';
import { errorTypeOf, sdkClient } from '../sdk-client.js';

let emulator: Emulator;
let client: ReturnType<typeof sdkClient>;
let organization_id: string;
let member_id: string;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());
beforeEach(() => {
  client = sdkClient(emulator);
  organization_id = emulator.organizations.create({ name: 'Acme' }).organization_id;
  ({ member_id } = emulator.directory.createMember(organization_id, {
    email_address: 'ada@acme.example',
    roles: ['stytch_admin'],
  }));
});

const mint = (more: object = {}) => emulator.sessions.mint({ memberId: member_id, ...more });

test('a session token and a session JWT are authenticated by the API', async () => {
  const { session_token, session_jwt, member_session_id } = await mint({ customClaims: { theme: 'dark' } });
  for (const input of [{ session_token }, { session_jwt }]) {
    const { member_session, member, organization, ...rest } = await client.sessions.authenticate(input);
    expect(member_session).toMatchObject({
      member_session_id,
      member_id,
      organization_id,
      organization_slug: organization.organization_slug,
      roles: ['stytch_member', 'stytch_admin'],
      custom_claims: { theme: 'dark' },
    });
    expect(member.member_id).toBe(member_id);
    expect(rest).toMatchObject({ session_token, session_jwt: expect.stringMatching(/^ey/) });
  }
});

test('a JWT verifies locally, with its permissions, without asking the API', async () => {
  const { session_jwt } = await mint({ customClaims: { theme: 'dark' } });
  const check = { organization_id, resource_id: 'stytch.scim', action: 'create' };
  emulator.calls.reset();
  const local = await client.sessions.authenticateJwtLocal({ session_jwt, authorization_check: check });
  expect(local).toMatchObject({ member_id, organization_id, custom_claims: { theme: 'dark' } });
  const { member_session } = await client.sessions.authenticateJwt({ session_jwt });
  expect(member_session.member_id).toBe(member_id);
  expect(emulator.calls.count('sessions.getJWKS')).toBe(1);
  expect(emulator.calls.count('rbac.policy')).toBe(1);
  expect(emulator.calls.count('rbac.organizations.getOrgPolicy')).toBe(1);
  expect(emulator.calls.count('sessions.authenticate')).toBe(0);
});

test('an authorization check says which roles grant it, or 403', async () => {
  const { session_token } = await mint();
  const check = { organization_id, resource_id: 'stytch.scim', action: 'delete' };
  const { verdict } = await client.sessions.authenticate({ session_token, authorization_check: check });
  expect(verdict).toEqual({ authorized: true, granting_roles: ['stytch_admin'] });

  const support = { ...check, resource_id: 'scanner', action: 'support' };
  const denied = client.sessions.authenticate({ session_token, authorization_check: support });
  await expect(denied).rejects.toMatchObject({ status_code: 403, error_type: 'session_authorization_error' });

  const other = emulator.organizations.create({ name: 'Other' }).organization_id;
  const foreign = { ...check, organization_id: other };
  const tenancy = client.sessions.authenticate({ session_token, authorization_check: foreign });
  await expect(tenancy).rejects.toMatchObject({ status_code: 403, error_type: 'session_authorization_tenancy_error' });
});

test('an authorization check names its organization by slug, too, as elsewhere', async () => {
  const { session_token } = await mint();
  const slug = emulator.organizations.get(organization_id).organization_slug;
  const check = { organization_id: slug, resource_id: 'stytch.scim', action: 'get' };
  const { verdict } = await client.sessions.authenticate({ session_token, authorization_check: check });
  expect(verdict?.authorized).toBe(true);
});

test('an authorization check on an unknown resource is denied, or refused when switched', async () => {
  const { session_token } = await mint();
  const check = { organization_id, resource_id: 'nothing', action: 'get' };
  const authenticate = () => client.sessions.authenticate({ session_token, authorization_check: check });
  expect(await errorTypeOf(authenticate())).toBe('session_authorization_error');
  emulator.switches.unknownResource = 'refused';
  await expect(authenticate()).rejects.toMatchObject({ status_code: 400, error_type: 'invalid_permission_resource' });
  emulator.switches.unknownResource = 'denied';
});

test('minted roles stand in for those of the member', async () => {
  const { session_token } = await mint({ roles: ['scanner_support'] });
  const check = { organization_id, resource_id: 'scanner', action: 'support' };
  const { member_session } = await client.sessions.authenticate({ session_token, authorization_check: check });
  expect(member_session.roles).toEqual(['scanner_support']);
});

test('roles are those of the moment, and none once the member is deprovisioned', async () => {
  const { session_token } = await mint();
  emulator.directory.updateMember(member_id, { roles: [] });
  const { member_session } = await client.sessions.authenticate({ session_token });
  expect(member_session.roles).toEqual(['stytch_member']);
  emulator.directory.deleteMember(member_id);
  expect(await errorTypeOf(client.sessions.authenticate({ session_token }))).toBe('session_not_found');
});

test('a revoked or expired session is not found; its JWT still verifies locally', async () => {
  const over = [await mint(), await mint(), await mint(), await mint()];
  await client.sessions.revoke({ session_token: over[0]?.session_token ?? '' });
  await client.sessions.revoke({ session_jwt: over[1]?.session_jwt ?? '' });
  emulator.sessions.revoke(over[2]?.session_token ?? '');
  emulator.sessions.expire(over[3]?.member_session_id ?? '');
  for (const { session_token, session_jwt } of over) {
    expect(await errorTypeOf(client.sessions.authenticate({ session_token }))).toBe('session_not_found');
    expect(await errorTypeOf(client.sessions.authenticate({ session_jwt }))).toBe('session_not_found');
    expect(await client.sessions.authenticateJwtLocal({ session_jwt })).toMatchObject({ member_id });
  }
});

test('an old JWT is refused locally and exchanged for a new one by the API', async () => {
  const { session_jwt } = await mint({ jwtAgeSeconds: 301 });
  await expect(client.sessions.authenticateJwtLocal({ session_jwt })).rejects.toMatchObject({ code: 'jwt_invalid' });
  const refreshed = await client.sessions.authenticateJwt({ session_jwt });
  expect(await client.sessions.authenticateJwtLocal(refreshed)).toMatchObject({ member_id });
});

test('a JWT of somebody else is refused everywhere', async () => {
  const stranger = await startEmulator({ projectId: emulator.projectId });
  const { organization_id: id } = stranger.organizations.create({ name: 'Acme' });
  const forger = stranger.directory.createMember(id, { email_address: 'eve@acme.example' });
  const { session_jwt } = await stranger.sessions.mint({ memberId: forger.member_id });
  await stranger.stop();
  await expect(client.sessions.authenticateJwtLocal({ session_jwt })).rejects.toMatchObject({ code: 'jwt_invalid' });
  expect(await errorTypeOf(client.sessions.authenticate({ session_jwt }))).toBe('session_not_found');
  expect(await errorTypeOf(client.sessions.authenticate({ session_jwt: 'x' }))).toBe('unable_to_parse_session_jwt');
});

test('after a key rotation the old JWTs stay good as long as the old key is published', async () => {
  const before = await mint();
  await emulator.sessions.rotateKeys();
  const after = await mint();
  for (const { session_jwt } of [before, after]) {
    expect(await client.sessions.authenticateJwtLocal({ session_jwt })).toMatchObject({ member_id });
  }
  const { keys } = await client.sessions.getJWKS({ project_id: emulator.projectId });
  expect(keys.length).toBeGreaterThan(1);
  await emulator.sessions.rotateKeys({ keepOld: false });
  const { session_jwt } = before;
  await expect(sdkClient(emulator).sessions.authenticateJwtLocal({ session_jwt })).rejects.toMatchObject({
    code: 'jwt_invalid',
  });
});

test('the sessions of a member are listed, prolonged, and revoked together', async () => {
  const { session_token } = await mint({ durationMinutes: 10 });
  await mint();
  const { member_session } = await client.sessions.authenticate({ session_token, session_duration_minutes: 600 });
  expect(Date.parse(member_session.expires_at)).toBeGreaterThan(Date.now() + 500 * 60_000);
  expect((await client.sessions.get({ organization_id, member_id })).member_sessions).toHaveLength(2);
  await client.sessions.revoke({ member_id });
  expect((await client.sessions.get({ organization_id, member_id })).member_sessions).toEqual([]);
});

test('who is only inactive for the IdP keeps its sessions until they are revoked, which may fail', async () => {
  emulator.switches.deactivatedStatus = 'active';
  const ada = emulator.directory.provision(organization_id, { userName: 'countess@acme.example' }).member_id;
  const [session] = [await mint({ memberId: ada }), await mint({ memberId: ada }), await mint()];
  emulator.directory.deprovision(ada);
  emulator.switches.deactivatedStatus = 'deleted';
  expect(emulator.sessions.alive(ada)).toBe(2);
  await client.sessions.authenticate({ session_token: session?.session_token ?? '' });

  const end = emulator.faults.failWhile('sessions.revoke', '500', { memberId: ada });
  expect(await errorTypeOf(client.sessions.revoke({ member_id: ada }))).toBe('internal_server_error');
  await client.sessions.revoke({ member_id });
  expect([emulator.sessions.alive(ada), emulator.sessions.alive(member_id)]).toEqual([2, 0]);
  end();
  await client.sessions.revoke({ member_id: ada });
  expect(emulator.sessions.alive(ada)).toBe(0);
  const over = client.sessions.authenticate({ session_token: session?.session_token ?? '' });
  expect(await errorTypeOf(over)).toBe('session_not_found');
});

test('a member whom Stytch has deleted has no session left', async () => {
  const ada = emulator.directory.provision(organization_id, { userName: 'countess@acme.example' }).member_id;
  await mint({ memberId: ada });
  emulator.directory.deprovision(ada);
  expect(emulator.sessions.alive(ada)).toBe(0);
});

test.each<[string, object, string]>([
  ['neither token nor JWT', {}, 'no_session_arguments'],
  ['both', { session_token: 'x', session_jwt: 'x' }, 'too_many_session_arguments'],
])('authenticate with %s is refused', async (_, input, errorType) => {
  expect(await errorTypeOf(client.sessions.authenticate(input))).toBe(errorType);
});

test('a session lasts 5 minutes at least', async () => {
  const { session_token } = await mint();
  const short = client.sessions.authenticate({ session_token, session_duration_minutes: 4 });
  expect(await errorTypeOf(short)).toBe('invalid_session_duration_minutes');
  expect(await errorTypeOf(client.sessions.revoke({}))).toBe('no_session_revoke_arguments');
  const both = client.sessions.revoke({ session_token, member_id });
  expect(await errorTypeOf(both)).toBe('too_many_session_revoke_arguments');
});

test('the policy has the default roles, and organizations add their own', async () => {
  const { policy } = await client.rbac.policy();
  expect(policy?.roles.map((role) => role.role_id)).toEqual(['stytch_member', 'stytch_admin', 'scanner_support']);
  const permissions = [{ resource_id: 'stytch.scim', actions: ['get'] }];
  const roles = [{ role_id: 'auditor', description: 'Looks only', permissions }];
  await client.rbac.organizations.setOrgPolicy({ organization_id, org_policy: { roles } });
  expect((await client.rbac.organizations.getOrgPolicy({ organization_id })).org_policy).toEqual({ roles });
  expect(emulator.organizations.get(organization_id).custom_roles).toEqual(roles);

  const { session_jwt } = await mint({ roles: ['auditor'] });
  const check = (action: string) => ({ organization_id, resource_id: 'stytch.scim', action });
  await client.sessions.authenticateJwtLocal({ session_jwt, authorization_check: check('get') });
  const denied = client.sessions.authenticateJwtLocal({ session_jwt, authorization_check: check('delete') });
  await expect(denied).rejects.toMatchObject({ code: 'invalid_permissions' });
});

test('a policy may name stytch.scim in none of its roles, as in the default roles of the documents', async () => {
  const permissions = [{ resource_id: 'stytch.scim', actions: ['get'] }];
  const roles = [{ role_id: 'auditor', description: 'Looks only', permissions }];
  await client.rbac.organizations.setOrgPolicy({ organization_id, org_policy: { roles } });
  const { session_token } = await mint();
  const check = (resource_id: string) =>
    client.sessions.authenticate({
      session_token,
      authorization_check: { organization_id, resource_id, action: 'get' },
    });
  emulator.switches.rolesGrantScim = false;
  const { policy } = await client.rbac.policy();
  const { org_policy } = await client.rbac.organizations.getOrgPolicy({ organization_id });
  const granted = [...(policy?.roles ?? []), ...(org_policy?.roles ?? [])].flatMap((role) => role.permissions);
  expect(granted.map(({ resource_id }) => resource_id)).toEqual([
    'stytch.self',
    'stytch.organization',
    'stytch.member',
    'stytch.sso',
    'scanner',
  ]);
  expect(policy?.resources.map(({ resource_id }) => resource_id)).toContain('stytch.scim');
  expect(await errorTypeOf(check('stytch.scim'))).toBe('session_authorization_error');
  await check('stytch.sso');
  emulator.switches.rolesGrantScim = true;
  await check('stytch.scim');
});

test.each([
  ['a role of Stytch', { role_id: 'stytch_admin' }, 'invalid_rbac_stytch_role_edit'],
  ['a role that the project has', { role_id: 'scanner_support' }, 'rbac_role_duplicate'],
  ['an unknown resource', { permissions: [{ resource_id: 'x', actions: ['*'] }] }, 'invalid_permission_resource'],
  ['an unknown action', { permissions: [{ resource_id: 'scanner', actions: ['x'] }] }, 'invalid_permission_action'],
])('an organization cannot have %s', async (_, change, errorType) => {
  const role = { role_id: 'own', description: '', permissions: [], ...change };
  const refused = client.rbac.organizations.setOrgPolicy({ organization_id, org_policy: { roles: [role] } });
  expect(await errorTypeOf(refused)).toBe(errorType);
});
