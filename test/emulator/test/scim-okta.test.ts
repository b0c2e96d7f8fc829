import { type Emulator, startEmulator } from '../emulator.js';
import { filter, type Idp, idp } from '../idp.js';

/** What Okta sends, in its own order and spelling. */

let emulator: Emulator;
let okta: Idp;
let organizationId: string;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());
beforeEach(() => {
  organizationId = emulator.organizations.create({ name: 'Okta customer' }).organization_id;
  okta = idp(emulator.directory.connect(organizationId, { identity_provider: 'okta' }));
});

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'] };

const person = (userName: string, more: object = {}) => ({
  schemas: [USER],
  userName,
  name: { givenName: 'Grace', familyName: 'Hopper' },
  emails: [{ primary: true, value: userName, type: 'work' }],
  displayName: 'Grace Hopper',
  locale: 'en-US',
  externalId: '00u1',
  groups: [],
  active: true,
  ...more,
});

const push = async (userName = 'grace@okta.example', more: object = {}) =>
  (await okta('POST', '/Users', person(userName, more))).body.id;

test('a person is looked for, created, and found', async () => {
  const missing = await okta('GET', `/Users?${filter('userName eq "grace@okta.example"')}&startIndex=1&count=100`);
  expect(missing).toMatchObject({ status: 200, body: { totalResults: 0, Resources: [] } });

  const created = await okta('POST', '/Users', person('grace@okta.example'));
  expect(created).toMatchObject({ status: 201, body: { userName: 'grace@okta.example', active: true } });
  expect(created.body.meta.location).toContain(`/Users/${created.body.id}`);

  const found = await okta('GET', `/Users?${filter('userName eq "Grace@Okta.example"')}&startIndex=1&count=100`);
  expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ id: created.body.id }] });
  expect(emulator.directory.member(created.body.id)).toMatchObject({
    email_address: 'grace@okta.example',
    name: 'Grace Hopper',
    status: 'active',
    scim_registration: {
      external_id: '00u1',
      scim_attributes: { locale: 'en-US', active: true, name: { given_name: 'Grace' } },
    },
  });
});

test('a profile push replaces the user', async () => {
  const id = await push();
  const updated = await okta('PUT', `/Users/${id}`, {
    ...person('grace@okta.example', { displayName: 'Amazing' }),
    id,
  });
  expect(updated).toMatchObject({ status: 200, body: { id, displayName: 'Amazing' } });
  expect(emulator.directory.member(id).name).toBe('Amazing');
});

test.each([
  ['PATCH with a value', 'PATCH', { ...PATCH, Operations: [{ op: 'replace', value: { active: false } }] }],
  ['PATCH with a path', 'PATCH', { ...PATCH, Operations: [{ op: 'replace', path: 'active', value: false }] }],
  ['PUT', 'PUT', person('grace@okta.example', { active: false })],
])('an unassigned person is deactivated by %s, and comes back under the same id', async (_, method, body) => {
  const id = await push();
  const gone = await okta(method, `/Users/${id}`, body);
  expect(gone).toMatchObject({ status: 200, body: { active: false } });
  expect(emulator.directory.member(id).status).toBe('deleted');

  const back = await okta('PUT', `/Users/${id}`, person('grace@okta.example'));
  expect(back.body).toMatchObject({ id, active: true });
  expect(emulator.directory.member(id).status).toBe('active');
});

test('a pushed group holds its members, and PATCH adds and removes them', async () => {
  const [ada, bob] = [await push('ada@okta.example'), await push('bob@okta.example')];
  const group = await okta('POST', '/Groups', {
    schemas: [GROUP],
    displayName: 'Engineering',
    members: [{ value: ada, display: 'ada@okta.example' }],
  });
  expect(group).toMatchObject({ status: 201, body: { displayName: 'Engineering', members: [{ value: ada }] } });

  const patched = await okta('PATCH', `/Groups/${group.body.id}`, {
    ...PATCH,
    Operations: [
      { op: 'remove', path: `members[value eq "${ada}"]` },
      { op: 'add', path: 'members', value: [{ value: bob, display: 'bob@okta.example' }] },
    ],
  });
  expect(patched.status).toBe(200);
  expect(patched.body.members.map((member) => member.value)).toEqual([bob]);
  const groupsOf = (id: string) => emulator.directory.member(id).scim_registration?.scim_attributes.groups;
  expect(groupsOf(ada)).toEqual([]);
  expect(groupsOf(bob)).toEqual([{ value: group.body.id, display: 'Engineering' }]);
});

test('a group is renamed by PATCH, with its id in the value, and replaced by PUT', async () => {
  const ada = await push('ada@okta.example');
  const { body: group } = await okta('POST', '/Groups', { schemas: [GROUP], displayName: 'Eng', members: [] });
  const renamed = await okta('PATCH', `/Groups/${group.id}`, {
    ...PATCH,
    Operations: [{ op: 'replace', value: { id: group.id, displayName: 'Engineering' } }],
  });
  expect(renamed).toMatchObject({ status: 200, body: { id: group.id, displayName: 'Engineering' } });

  const members = [{ value: ada }];
  const replaced = await okta('PUT', `/Groups/${group.id}`, { schemas: [GROUP], displayName: 'R&D', members });
  expect(replaced.body).toMatchObject({ id: group.id, displayName: 'R&D', members });
  const found = await okta('GET', `/Groups?${filter('displayName eq "R&D"')}`);
  expect(found.body.Resources).toHaveLength(1);
});

test('a deleted group takes its memberships along', async () => {
  const ada = await push('ada@okta.example');
  const { body: group } = await okta('POST', '/Groups', {
    schemas: [GROUP],
    displayName: 'E',
    members: [{ value: ada }],
  });
  expect(await okta('DELETE', `/Groups/${group.id}`)).toEqual({ status: 204, body: null });
  expect(emulator.directory.member(ada).scim_registration?.scim_attributes.groups).toEqual([]);
  expect((await okta('GET', `/Groups/${group.id}`)).status).toBe(404);
});
