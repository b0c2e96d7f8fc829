import { type Emulator, startEmulator } from '../emulator.js';
import { filter, type Idp, idp } from '../idp.js';

let emulator: Emulator;
let provider: Idp;
let organizationId: string;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());
beforeEach(() => {
  organizationId = emulator.organizations.create({ name: 'SCIM customer' }).organization_id;
  provider = idp(emulator.directory.connect(organizationId));
});

const user = (userName: string, more: object = {}) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName,
  ...more,
});
const create = (userName: string, more: object = {}) => provider('POST', '/Users', user(userName, more));

test('what the server can do is discoverable', async () => {
  const config = await provider('GET', '/ServiceProviderConfig');
  expect(config).toMatchObject({ status: 200, body: { patch: { supported: true }, bulk: { supported: false } } });
  const types = await provider('GET', '/ResourceTypes');
  expect(types.body.Resources.map((type) => type.id)).toEqual(['User', 'Group']);
  const schema = await provider('GET', '/Schemas/urn:ietf:params:scim:schemas:core:2.0:User');
  expect(schema).toMatchObject({ status: 200, body: { name: 'User' } });
  expect((await provider('GET', '/Schemas')).body.totalResults).toBe(3);
});

test('only the token of this connection opens it', async () => {
  const other = emulator.organizations.create({ name: 'Other customer' });
  const foreign = emulator.directory.connect(other.organization_id);
  const { base_url } = emulator.directory.connect(emulator.organizations.create({ name: 'Third' }).organization_id);
  for (const bearer_token of [foreign.bearer_token, 'x']) {
    const refused = await idp({ base_url, bearer_token })('GET', '/Users');
    expect(refused).toMatchObject({ status: 401, body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'] } });
  }
});

test('users of another connection do not exist', async () => {
  const { body } = await create('ada@scim.example');
  const other = emulator.organizations.create({ name: 'Neighbour' });
  const neighbour = idp(emulator.directory.connect(other.organization_id));
  for (const [method, payload] of [['GET'], ['PUT', user('x@scim.example')], ['DELETE']] as const) {
    expect((await neighbour(method, `/Users/${body.id}`, payload)).status).toBe(404);
  }
  expect((await neighbour('GET', '/Users')).body.totalResults).toBe(0);
});

test('a listing has pages', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) await create(`${name}@scim.example`);
  const { body } = await provider('GET', '/Users?startIndex=4&count=3');
  expect(body).toMatchObject({ totalResults: 5, startIndex: 4, itemsPerPage: 2 });
  expect(body.Resources).toMatchObject([{ userName: 'd@scim.example' }, { userName: 'e@scim.example' }]);
});

test('any filter of SCIM works, and attributes can be chosen', async () => {
  await create('ada@scim.example', { title: 'Engineer' });
  await create('bob@scim.example', { title: 'Lawyer' });
  const { body } = await provider('GET', `/Users?attributes=title&${filter('title sw "Eng" and active eq true')}`);
  expect(body.Resources).toMatchObject([{ title: 'Engineer' }]);
  expect(body.Resources[0]).not.toHaveProperty('userName');
});

test.each([
  ['a userName that is no e-mail, and no e-mails', user('ada'), 400],
  ['no userName', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'] }, 400],
  ['a wrong type', user('ada@scim.example', { active: 7 }), 400],
  ['another schema', { ...user('ada@scim.example'), schemas: ['urn:x'] }, 400],
])('%s is refused', async (_, body, status) => {
  const refused = await provider('POST', '/Users', body);
  expect(refused.status).toBe(status);
  expect(refused.body).toMatchObject({ status: String(status), detail: expect.any(String) });
});

test('an e-mail among the emails will do', async () => {
  const { body } = await create('ada', { emails: [{ value: 'ada@scim.example', primary: true }] });
  expect(emulator.directory.member(body.id).email_address).toBe('ada@scim.example');
});

test('a second active user with the same userName is a conflict', async () => {
  await create('ada@scim.example');
  const second = await create('ADA@scim.example');
  expect(second).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
});

test('an invited member with the same e-mail is linked, and keeps its roles', async () => {
  const invited = emulator.directory.createMember(organizationId, {
    email_address: 'ada@scim.example',
    status: 'invited',
    roles: ['stytch_admin'],
  });
  const { status, body } = await create('Ada@scim.example', { externalId: '00u1' });
  expect({ status, id: body.id }).toEqual({ status: 201, id: invited.member_id });
  expect(emulator.directory.member(body.id)).toMatchObject({ status: 'active', is_admin: true });
});

test('a deprovisioned user who is POSTed again is the old member, or a new one when switched', async () => {
  const first = await create('ada@scim.example', { externalId: '00u1' });
  emulator.directory.deprovision(first.body.id);
  const again = await create('ada@scim.example', { externalId: '00u1' });
  expect(again).toMatchObject({ status: 201, body: { id: first.body.id, active: true } });

  emulator.directory.deprovision(first.body.id);
  emulator.switches.repost = 'new';
  const fresh = await create('ada@scim.example', { externalId: '00u1' });
  emulator.switches.repost = 'reuse';
  expect(fresh.status).toBe(201);
  expect(fresh.body.id).not.toBe(first.body.id);
  expect(emulator.directory.member(fresh.body.id)).toMatchObject({ scim_registration: { external_id: '00u1' } });
});

test('a group with an unknown member is refused, and not created', async () => {
  const group = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Ghosts' };
  const refused = await provider('POST', '/Groups', { ...group, members: [{ value: 'member-test-nobody' }] });
  expect(refused.status).toBe(404);
  expect((await provider('GET', '/Groups')).body.totalResults).toBe(0);
});

test('a PATCH that is no PATCH is refused', async () => {
  const { body } = await create('ada@scim.example');
  expect((await provider('PATCH', `/Users/${body.id}`, { Operations: [] })).status).toBe(400);
  expect((await provider('PATCH', '/Users/nobody', {})).status).toBe(404);
});

test('the SCIM server of a deleted connection is closed', async () => {
  emulator.directory.disconnect(organizationId);
  expect((await provider('GET', '/Users')).status).toBe(401);
});
