import { type Emulator, startEmulator } from '../emulator.js';
import { errorTypeOf, sdkClient } from '../sdk-client.js';

let emulator: Emulator;
let members: ReturnType<typeof sdkClient>['organizations']['members'];
let organization_id: string;

beforeAll(async () => {
  emulator = await startEmulator();
  members = sdkClient(emulator).organizations.members;
});
afterAll(() => emulator.stop());
beforeEach(() => {
  organization_id = emulator.organizations.create({ name: 'Acme' }).organization_id;
});

const create = async (email_address: string, more: { roles?: string[]; external_id?: string } = {}) =>
  (await members.create({ organization_id, email_address, ...more })).member;

test('a member is created with everything the API promises', async () => {
  const { member, member_id, organization } = await members.create({
    organization_id,
    email_address: 'ada@acme.example',
    name: 'Ada',
    roles: ['stytch_admin'],
  });
  expect(organization.organization_id).toBe(organization_id);
  expect(member).toEqual({
    organization_id,
    member_id,
    email_address: 'ada@acme.example',
    email_address_verified: false,
    status: 'active',
    name: 'Ada',
    sso_registrations: [],
    scim_registration: null,
    oauth_registrations: [],
    is_breakglass: false,
    is_admin: true,
    is_locked: false,
    member_password_id: '',
    totp_registration_id: '',
    mfa_enrolled: false,
    mfa_phone_number: '',
    mfa_phone_number_verified: false,
    default_mfa_method: '',
    retired_email_addresses: [],
    roles: ['stytch_member', 'stytch_admin'].map((role_id) => ({
      role_id,
      sources: [{ type: 'direct_assignment', details: {} }],
    })),
    trusted_metadata: {},
    untrusted_metadata: {},
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    updated_at: expect.any(String),
    external_id: null,
    lock_created_at: null,
    lock_expires_at: null,
  });
});

test('a member is found by id, by external id and by e-mail, in its own organization only', async () => {
  const { member_id } = await create('ada@acme.example', { external_id: 'ada-1' });
  for (const by of [{ member_id }, { member_id: 'ada-1' }, { email_address: 'ADA@acme.example' }]) {
    expect((await members.get({ organization_id, ...by })).member_id).toBe(member_id);
  }
  const other = emulator.organizations.create({ name: 'Other' }).organization_id;
  expect(await errorTypeOf(members.get({ organization_id: other, member_id }))).toBe('member_not_found');
  expect(await errorTypeOf(members.get({ organization_id }))).toBe('invalid_member_get_fields');
});

test.each([
  ['an e-mail that somebody has', { email_address: 'Ada@acme.example' }, 'duplicate_member_email'],
  [
    'an external id that somebody has',
    { email_address: 'b@acme.example', external_id: 'ada-1' },
    'duplicate_member_external_id',
  ],
  ['something that is no e-mail', { email_address: 'ada' }, 'invalid_email'],
  ['an unknown role', { email_address: 'b@acme.example', roles: ['editor'] }, 'invalid_rbac_role_id'],
  [
    'the default role',
    { email_address: 'b@acme.example', roles: ['stytch_member'] },
    'cannot_assign_default_rbac_role_id',
  ],
  [
    'too much metadata',
    { email_address: 'b@acme.example', trusted_metadata: { x: 'x'.repeat(5000) } },
    'metadata_too_large',
  ],
])('%s is refused', async (_, input, errorType) => {
  await create('ada@acme.example', { external_id: 'ada-1' });
  expect(await errorTypeOf(members.create({ organization_id, ...input }))).toBe(errorType);
});

test('roles are replaced as a whole', async () => {
  const { member_id } = await create('ada@acme.example', { roles: ['stytch_admin'] });
  const updated = await members.update({ organization_id, member_id, roles: ['scanner_support'] });
  expect(updated.member.roles.map((role) => role.role_id)).toEqual(['stytch_member', 'scanner_support']);
});

test('an old e-mail stays reserved, unless it is unlinked', async () => {
  const { member_id } = await create('ada@acme.example');
  const moved = await members.update({ organization_id, member_id, email_address: 'ada.l@acme.example' });
  expect(moved.member.retired_email_addresses).toMatchObject([{ email_address: 'ada@acme.example' }]);
  expect(await errorTypeOf(create('ada@acme.example'))).toBe('retired_member_email');

  const back = await members.update({
    organization_id,
    member_id,
    email_address: 'ada@acme.example',
    unlink_email: true,
  });
  expect(back.member.retired_email_addresses).toEqual([]);
  await create('ada.l@acme.example');
});

test('a deleted member is only seen by those who ask for it', async () => {
  const { member_id } = await create('ada@acme.example', { roles: ['stytch_admin'] });
  await members.delete({ organization_id, member_id });
  expect(await errorTypeOf(members.get({ organization_id, member_id }))).toBe('member_not_found');
  expect(await errorTypeOf(members.dangerouslyGet({ member_id }))).toBe('member_not_found');
  const { member } = await members.dangerouslyGet({ member_id, include_deleted: true });
  expect(member).toMatchObject({ status: 'deleted', roles: [] });
  expect((await create('ada@acme.example')).member_id).not.toBe(member_id);
});

test('a deleted member with a verified e-mail is reactivated, without its explicit roles', async () => {
  const { member_id } = emulator.directory.createMember(organization_id, {
    email_address: 'ada@acme.example',
    email_address_verified: true,
    roles: ['stytch_admin'],
  });
  expect(await errorTypeOf(members.reactivate({ organization_id, member_id }))).toBe(
    'no_deleted_member_found_for_reactivation',
  );
  await members.delete({ organization_id, member_id });
  const { member } = await members.reactivate({ organization_id, member_id });
  expect(member).toMatchObject({ status: 'active', is_admin: false });
});

test.each([
  ['without a verified e-mail', false, 'email_unverified_for_reactivation'],
  ['whose e-mail was taken', true, 'reactivation_email_belongs_to_another_member'],
])('a deleted member %s stays deleted', async (_, email_address_verified, errorType) => {
  const email_address = 'ada@acme.example';
  const { member_id } = emulator.directory.createMember(organization_id, { email_address, email_address_verified });
  await members.delete({ organization_id, member_id });
  if (email_address_verified) await create(email_address);
  expect(await errorTypeOf(members.reactivate({ organization_id, member_id }))).toBe(errorType);
});

test('a pending member is pending', async () => {
  const email_address = 'ada@acme.example';
  const { member } = await members.create({ organization_id, email_address, create_member_as_pending: true });
  expect(member.status).toBe('pending');
});

test('a role comes with the domain of the e-mail', async () => {
  emulator.organizations.update(organization_id, {
    rbac_email_implicit_role_assignments: [{ domain: 'acme.example', role_id: 'scanner_support' }],
  });
  expect((await create('ada@acme.example')).roles.at(-1)).toEqual({
    role_id: 'scanner_support',
    sources: [{ type: 'email_assignment', details: { email_domain: 'acme.example' } }],
  });
});

test('hostile data comes through as planted, until it is taken back', async () => {
  const { member_id } = emulator.directory.provision(organization_id, { userName: 'ada@acme.example' });
  const roles = Array.from({ length: 3000 }, (_, n) => ({ value: n % 2 ? `{"value":"role ${n}"}` : n }));
  emulator.directory.setMember(member_id, {
    name: `NUL \u0000 ${'x'.repeat(1_000_000)}`,
    email_address: undefined,
    scim_registration: { scim_attributes: { roles, active: 'yes' } },
  });
  const { member } = await members.dangerouslyGet({ member_id });
  expect(member.name).toHaveLength(1_000_006);
  expect(member).not.toHaveProperty('email_address');
  expect(member.scim_registration?.scim_attributes).toMatchObject({
    user_name: 'ada@acme.example',
    active: 'yes',
    roles,
  });
  emulator.directory.setMember(member_id, null);
  expect((await members.dangerouslyGet({ member_id })).member.email_address).toBe('ada@acme.example');
});
