import { RequestError } from 'stytch';
import { type Emulator, startEmulator } from '../emulator.js';
import { idp } from '../idp.js';
import { errorTypeOf, sdkClient } from '../sdk-client.js';

let emulator: Emulator;
let client: ReturnType<typeof sdkClient>;
let organization_id: string;

beforeAll(async () => {
  emulator = await startEmulator();
  client = sdkClient(emulator);
});
afterAll(() => emulator.stop());
beforeEach(() => {
  organization_id = emulator.organizations.create({ name: 'Acme' }).organization_id;
  emulator.calls.reset();
});
afterEach(() => emulator.faults.reset());

const get = () => client.organizations.get({ organization_id });
const search = () => client.organizations.members.search({ organization_ids: [organization_id] });

test('the next calls fail with Stytch errors, and then no more', async () => {
  emulator.faults.failNext('organizations.get', '429', 2);
  await expect(get()).rejects.toMatchObject({ status_code: 429, error_type: 'too_many_requests' });
  await expect(get()).rejects.toMatchObject({ status_code: 429 });
  await get();
  emulator.faults.failNext('organizations.get', '500');
  await expect(get()).rejects.toMatchObject({ status_code: 500, error_type: 'internal_server_error' });
  emulator.faults.failNext('organizations.get', { status: 403, error_type: 'organization_suspended' });
  await expect(get()).rejects.toMatchObject({ status_code: 403, error_type: 'organization_suspended' });
});

test('a gateway page and a broken connection are RequestErrors', async () => {
  for (const kind of ['html502', 'reset'] as const) {
    emulator.faults.failNext('organizations.get', kind);
    await expect(get()).rejects.toBeInstanceOf(RequestError);
  }
});

test('a call that hangs ends with the faults', async () => {
  emulator.faults.failNext('organizations.get', 'hang');
  const hanging = get().catch((error: unknown) => error);
  while (emulator.calls.count('organizations.get') === 0) await new Promise(setImmediate);
  await search();
  emulator.faults.reset();
  expect(await hanging).toBeInstanceOf(RequestError);
});

test('a lost reply has taken effect', async () => {
  emulator.faults.failNext('scim.connection.create', 'lostReply');
  await expect(client.scim.connection.create({ organization_id })).rejects.toBeInstanceOf(RequestError);
  expect((await client.scim.connection.get({ organization_id })).connection?.status).toBe('active');
});

test('an outage of everything leaves the IdP its side, and ends', async () => {
  const okta = idp(emulator.directory.connect(organization_id));
  const end = emulator.faults.failWhile('all', '500');
  expect(await errorTypeOf(get())).toBe('internal_server_error');
  expect(await errorTypeOf(search())).toBe('internal_server_error');
  expect((await okta('GET', '/Users')).status).toBe(200);
  end();
  await get();
  emulator.faults.failNext('scim.protocol', '500');
  expect((await okta('GET', '/Users')).status).toBe(500);
});

test('a frozen answer says what was true when the call arrived', async () => {
  const { member_id } = emulator.directory.provision(organization_id, { userName: 'ada@acme.example', name: 'Before' });
  const read = () => client.organizations.members.dangerouslyGet({ member_id, include_deleted: true });
  const freeze = emulator.faults.freeze('members.dangerouslyGet');
  const slow = read();
  await freeze.arrived;
  emulator.directory.update(member_id, { name: 'After' });
  emulator.directory.deprovision(member_id);
  expect((await read()).member).toMatchObject({ name: 'After', status: 'deleted' });
  freeze.release();
  expect((await slow).member).toMatchObject({ name: 'Before', status: 'active' });
});

test('a search is frozen as well, and other calls are not', async () => {
  const freeze = emulator.faults.freeze('members.search');
  await get();
  const slow = search();
  await freeze.arrived;
  emulator.directory.provision(organization_id, { userName: 'ada@acme.example' });
  freeze.release();
  expect((await slow).members).toEqual([]);
});

test('the end of the faults releases frozen answers', async () => {
  const freeze = emulator.faults.freeze('organizations.get');
  const slow = get();
  await freeze.arrived;
  emulator.faults.reset();
  expect((await slow).status_code).toBe(200);
});

test('searches beyond the limit of a clock minute are refused', async () => {
  emulator.faults.searchesPerMinute = 3;
  const toNextMinute = 60_000 - (emulator.clock.now() % 60_000);
  emulator.clock.advance(toNextMinute);
  const outcomes = async (searches: number) => {
    const results = await Promise.allSettled(Array.from({ length: searches }, search));
    return results.filter((result) => result.status === 'fulfilled').length;
  };
  expect(await outcomes(5)).toBe(3);
  await client.organizations.search({});
  emulator.clock.advance(60_000);
  expect(await outcomes(5)).toBe(3);
  expect(
    emulator.calls
      .list('members.search')
      .map((call) => call.status)
      .sort(),
  ).toEqual([...Array(6).fill(200), ...Array(4).fill(429)]);
});

test('latency holds answers back, per call', async () => {
  emulator.faults.latencyMs = (call) => (call === 'organizations.get' ? 500 : 0);
  const order: string[] = [];
  const started = performance.now();
  await Promise.all([get().then(() => order.push('get')), search().then(() => order.push('search'))]);
  expect(order).toEqual(['search', 'get']);
  expect(performance.now() - started).toBeGreaterThanOrEqual(495);
});

test('a latency for all calls spares the IdP', async () => {
  const okta = idp(emulator.directory.connect(organization_id));
  emulator.faults.latencyMs = 60_000;
  expect((await okta('GET', '/Users')).status).toBe(200);
});

test('calls are counted and listed with their status', async () => {
  await get();
  await search();
  await client.organizations.get({ organization_id: 'nobody' }).catch(() => {});
  emulator.faults.failNext('organizations.get', 'reset');
  await get().catch(() => {});
  expect([emulator.calls.count(), emulator.calls.count('organizations.get')]).toEqual([4, 3]);
  expect(emulator.calls.list('organizations.get').map((call) => call.status)).toEqual([200, 404, null]);
  expect(emulator.calls.list()[0]).toEqual({
    call: 'organizations.get',
    at: expect.any(Date),
    status: 200,
    durationMs: expect.any(Number),
  });
  emulator.calls.reset();
  expect([emulator.calls.count(), emulator.calls.list()]).toEqual([0, []]);
});
