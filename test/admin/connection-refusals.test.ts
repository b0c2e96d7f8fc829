import { type ApiAnswer, signInAdmin, signInAs, type TestAdmin } from '../helpers/admin.js';
import { type Lab, startLab } from '../helpers/lab.js';

let lab: Lab;
let admin: TestAdmin;

beforeAll(async () => {
  lab = await startLab({ worker: false });
});
beforeEach(async () => {
  admin = await signInAdmin(lab);
});
afterEach(() => lab.emulator.faults.reset());
afterAll(() => lab.stop());

const okta = { identityProvider: 'okta', displayName: 'Acme Okta' };
const problem = ({ status, body }: ApiAnswer) => [status, body.error.code];

it.each([
  ['no provider', { displayName: 'x' }, /identityProvider must be one of okta, /],
  ['an unknown provider', { ...okta, identityProvider: 'toString' }, /identityProvider must be one of/],
  ['no name', { identityProvider: 'okta' }, /displayName must be text of 1 to 100/],
  ['a blank name', { ...okta, displayName: '  ' }, /displayName must be/],
  ['a name that is too long', { ...okta, displayName: 'x'.repeat(101) }, /displayName must be/],
  ['a name with a line break', { ...okta, displayName: 'a\nb' }, /displayName must be/],
  ['a name that is not text', { ...okta, displayName: { $gt: '' } }, /displayName must be/],
  ['a list', [], /must be/],
  ['broken JSON', '{"identityProvider":', /can not be understood/],
])('refuses %s, says what is wrong, and makes no call to Stytch', async (_, body, message) => {
  lab.emulator.calls.reset();
  const refused = await admin.api('POST', '/connection', body);
  expect([refused.status, refused.body]).toEqual([
    400,
    { error: { code: 'bad_input', message: expect.stringMatching(message) } },
  ]);
  expect(lab.emulator.calls.count('scim.connection.create')).toBe(0);
});

it('refuses other media types, too large bodies and unknown methods', async () => {
  const form = await admin.api('POST', '/connection', 'identityProvider=okta', {
    'content-type': 'application/x-www-form-urlencoded',
  });
  expect(problem(form)).toEqual([415, 'unsupported_media']);
  expect(problem(await admin.api('POST', '/connection', { ...okta, displayName: 'x'.repeat(100_000) }))).toEqual([
    413,
    'too_large',
  ]);
  expect(problem(await admin.api('PUT', '/connection', okta))).toEqual([405, 'method_not_allowed']);
  expect(problem(await admin.api('GET', '/nothing'))).toEqual([404, 'not_found']);
});

it.each([
  ['organization_suspended', 403, 'suspended', /Contact Scanner support/],
  ['session_authorization_error', 403, 'forbidden', /administrator/],
  ['something_new', 502, 'stytch_refused', /something_new.*Contact Scanner support and name request-id/],
])("explains Stytch's error %s with what to do", async (error_type, status, code, message) => {
  await admin.api('POST', '/connection', okta);
  lab.emulator.faults.failNext('scim.connection.update', { status: 403, error_type });
  const refused = await admin.api('PATCH', '/connection', { displayName: 'x' });
  expect([...problem(refused), refused.body.error.message]).toEqual([status, code, expect.stringMatching(message)]);
});

it.each([
  ['stytch_member', 'GET', '/connection', undefined],
  ['stytch_member', 'POST', '/connection', okta],
  ['reader', 'POST', '/connection', okta],
  ['reader', 'DELETE', '/connection', undefined],
])('a %s may not %s %s, and the answer names the missing permission', async (role, method, path, body) => {
  const { policy } = lab.emulator.rbac;
  policy.roles = policy.roles.filter(({ role_id }) => role_id !== 'reader');
  policy.roles.push({
    role_id: 'reader',
    description: '',
    permissions: [{ resource_id: 'stytch.scim', actions: ['get'] }],
  });
  const { member_id } = lab.emulator.directory.createMember(admin.organizationId, {
    email_address: `${role}@acme.example`,
    roles: role === 'reader' ? ['reader'] : [],
  });
  const person = await signInAs(lab, member_id);
  const refused = await person.api(method, path, body);
  expect(problem(refused)).toEqual([403, 'forbidden']);
  expect(refused.body.error.message).toMatch(/permission “(get|create|delete)” on “stytch.scim”/);
  expect(await lab.database.auditLog.count({ where: { details: { path: ['teamId'], equals: admin.teamId } } })).toBe(0);
});

it('a team without SCIM, and an organization without a team, are referred to Scanner support, even if the permission is missing too', async () => {
  await lab.database.team.update({ where: { id: admin.teamId }, data: { ssoScimEnabled: false } });
  const { member_id } = lab.emulator.directory.createMember(admin.organizationId, {
    email_address: 'plain@acme.example',
  });
  for (const person of [admin, await signInAs(lab, member_id)]) {
    const refused = await person.api('GET', '/connection');
    expect([...problem(refused), refused.body.error.message]).toEqual([
      403,
      'not_enabled',
      expect.stringContaining('Contact Scanner support'),
    ]);
  }
  await lab.database.team.update({ where: { id: admin.teamId }, data: { stytchOrganizationId: null } });
  expect(problem(await admin.api('GET', '/connection'))).toEqual([403, 'unknown_team']);
});

it('an admin sees and changes nothing of another team', async () => {
  await admin.api('POST', '/connection', okta);
  const other = await signInAdmin(lab, { name: 'Beta' });
  expect(problem(await other.api('GET', '/connection'))).toEqual([404, 'no_connection']);
  expect(problem(await other.api('DELETE', '/connection'))).toEqual([404, 'no_connection']);
  expect((await admin.api('GET', '/connection')).body.displayName).toBe('Acme Okta');
});

it('too many changes in a minute are refused, but reads are not', async () => {
  const statuses = [];
  for (let n = 0; n < 31; n++) statuses.push((await admin.api('PATCH', '/connection', { displayName: 'x' })).status);
  expect([statuses[29], statuses[30]]).toEqual([404, 429]);
  expect((await admin.api('GET', '/connection')).status).toBe(404);
});
