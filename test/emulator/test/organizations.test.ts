import { type Emulator, startEmulator } from '../emulator.js';
import { errorTypeOf, sdkClient } from '../sdk-client.js';

let emulator: Emulator;
let client: ReturnType<typeof sdkClient>;

beforeAll(async () => {
  emulator = await startEmulator();
  client = sdkClient(emulator);
});
afterAll(() => emulator.stop());

test('an organization is found by its id, its slug and its external id', async () => {
  const { organization } = await client.organizations.create({
    organization_name: 'Acme Corp',
    organization_slug: 'acme',
    organization_external_id: 'tenant-1',
  });
  for (const organization_id of [organization.organization_id, 'acme', 'tenant-1']) {
    const found = await client.organizations.get({ organization_id });
    expect(found.organization).toEqual(organization);
    expect(found).toMatchObject({ status_code: 200, request_id: expect.stringMatching(/^request-id-test-/) });
  }
});

test('an update changes only what it names, and the old slug is free again', async () => {
  const { organization } = await client.organizations.create({ organization_name: 'Slugs', organization_slug: 'old' });
  const updated = await client.organizations.update({
    organization_id: organization.organization_id,
    organization_slug: 'new',
  });
  expect(updated.organization).toMatchObject({ organization_name: 'Slugs', organization_slug: 'new' });
  expect(await errorTypeOf(client.organizations.get({ organization_id: 'old' }))).toBe('organization_not_found');
});

test('slugs are unique', async () => {
  await client.organizations.create({ organization_name: 'One', organization_slug: 'same' });
  const second = client.organizations.create({ organization_name: 'Two', organization_slug: 'same' });
  expect(await errorTypeOf(second)).toBe('organization_slug_already_used');
});

test('a deleted organization is gone, and its members with it', async () => {
  const { organization_id } = emulator.organizations.create({ name: 'Short-lived' });
  const { member_id } = emulator.directory.createMember(organization_id, { email_address: 'ada@short.example' });
  await client.organizations.delete({ organization_id });
  expect(await errorTypeOf(client.organizations.get({ organization_id }))).toBe('organization_not_found');
  const member = client.organizations.members.dangerouslyGet({ member_id, include_deleted: true });
  expect(await errorTypeOf(member)).toBe('member_not_found');
});

test('search pages through organizations and filters them', async () => {
  for (const name of ['Pager A', 'Pager B', 'Pager C']) emulator.organizations.create({ name });
  const operand = { filter_name: 'organization_name_fuzzy' as const, filter_value: 'pager' };
  const query = { operator: 'AND', operands: [operand] };
  const first = await client.organizations.search({ limit: 2, query });
  const cursor = first.results_metadata.next_cursor ?? '';
  const second = await client.organizations.search({ limit: 2, query, cursor });
  expect(first.results_metadata.total).toBe(3);
  expect([...first.organizations, ...second.organizations].map((each) => each.organization_name)).toEqual([
    'Pager A',
    'Pager B',
    'Pager C',
  ]);
  expect(second.results_metadata.next_cursor).toBeNull();
});

test('metrics count the members who are not deleted', async () => {
  const { organization_id } = emulator.organizations.create({ name: 'Counted' });
  for (const name of ['ada', 'bob']) {
    emulator.directory.createMember(organization_id, { email_address: `${name}@pluralize.example` });
  }
  emulator.directory.deleteMember(emulator.directory.members(organization_id)[0]?.member_id ?? '');
  const { member_count } = await client.organizations.metrics({ organization_id });
  expect(member_count).toBe(1);
});

test('a wrong secret is refused', async () => {
  const stranger = sdkClient({ ...emulator, secret: 'wrong' });
  expect(await errorTypeOf(stranger.organizations.search({}))).toBe('unauthorized_credentials');
});

test('an unknown route, a body that is no JSON and an unknown field are refused in the shape of Stytch', async () => {
  const authorization = `Basic ${Buffer.from(`${emulator.projectId}:${emulator.secret}`).toString('base64')}`;
  const post = async (path: string, body: string) => {
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await fetch(emulator.url + path, { method: 'POST', headers, body });
    return await response.json();
  };
  const shape = { request_id: expect.any(String), error_message: expect.any(String), error_url: expect.any(String) };
  const badRequest = { ...shape, status_code: 400, error_type: 'bad_request' };
  expect(await post('/v1/b2b/nowhere', '{}')).toEqual({ ...shape, status_code: 404, error_type: 'route_not_found' });
  expect(await post('/v1/b2b/organizations', '{')).toEqual(badRequest);
  expect(await post('/v1/b2b/organizations', '{"organization_name":"x","nmae":"y"}')).toEqual(badRequest);
  expect(await post('/v1/b2b/organizations', '{"organization_name":7}')).toEqual(badRequest);
});

test('creating answers 200, or 201 when switched', async () => {
  emulator.switches.createStatus = 201;
  const created = await client.organizations.create({ organization_name: 'Two hundred and one' });
  emulator.switches.createStatus = 200;
  const plain = await client.organizations.create({ organization_name: 'Two hundred' });
  expect([created.status_code, plain.status_code]).toEqual([201, 200]);
});
