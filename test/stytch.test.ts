import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { Hopeless, RateLimited, Unavailable } from '../src/failures.js';
import { connectStytch } from '../src/stytch.js';
import { type Emulator, startEmulator } from './emulator/emulator.js';

let emulator: Emulator;
let stytch: ReturnType<typeof connectStytch>;
let calls: string[];
let organizationId: string;

beforeAll(async () => {
  emulator = await startEmulator();
  organizationId = emulator.organizations.create({ name: 'Acme' }).organization_id;
});
afterAll(() => emulator.stop());

beforeEach(() => {
  calls = [];
  const { projectId, secret, url: baseUrl } = emulator;
  stytch = connectStytch({ projectId, secret, baseUrl, onCall: (call, status) => calls.push(`${call} ${status}`) });
});
afterEach(async () => {
  emulator.faults.reset();
  await stytch.close();
});

const person = (n: number) => ({ userName: `person-${n}@acme.example`, externalId: `ext-${n}` });

it('gets a member directly, also one who left, without knowing the organization', async () => {
  const { member_id } = emulator.directory.provision(organizationId, person(1));
  expect(await stytch.getMember(member_id)).toMatchObject({ member_id, status: 'active' });
  emulator.directory.deprovision(member_id);
  expect(await stytch.getMember(member_id)).toMatchObject({ member_id, status: 'deleted' });
  expect(calls).toEqual(['members.dangerouslyGet 200', 'members.dangerouslyGet 200']);
});

it("answers null for a member that Stytch does not know, and only on Stytch's own word", async () => {
  expect(await stytch.getMember('member-test-00000000-0000-4000-8000-000000000000')).toBeNull();
  emulator.faults.failNext('members.dangerouslyGet', { status: 404, error_type: 'route_not_found' });
  await expect(stytch.getMember('member-test-1')).rejects.toThrow(Hopeless);
});

it('searches members by id, in any status', async () => {
  const [active, left] = [2, 3].map((n) => emulator.directory.provision(organizationId, person(n)).member_id);
  emulator.directory.deprovision(String(left));
  const { members } = await stytch.searchMembers({
    organizationIds: [organizationId],
    memberIds: [String(active), String(left)],
  });
  expect(members).toHaveLength(2);
  expect(members).toContainEqual(expect.objectContaining({ member_id: active, status: 'active' }));
  expect(members).toContainEqual(expect.objectContaining({ member_id: left, status: 'deleted' }));
});

it('pages through everybody', async () => {
  const big = emulator.organizations.create({ name: 'Big' }).organization_id;
  for (let n = 0; n < 1500; n++) emulator.directory.provision(big, person(n));
  const first = await stytch.searchMembers({ organizationIds: [big] });
  const second = await stytch.searchMembers({ organizationIds: [big], cursor: String(first.nextCursor) });
  expect([first.members.length, second.members.length, second.nextCursor]).toEqual([1000, 500, null]);
});

it.each([
  ['429', RateLimited, 'Stytch members.dangerouslyGet: 429 too_many_requests', '429'],
  ['500', Unavailable, 'Stytch members.dangerouslyGet: 500 internal_server_error', '500'],
  ['html502', Unavailable, "Stytch members.dangerouslyGet can't be reached or gave no usable answer.", 'network'],
  ['reset', Unavailable, "Stytch members.dangerouslyGet can't be reached or gave no usable answer.", 'network'],
  [{ status: 401, error_type: 'unauthorized_credentials' }, Unavailable, '401 unauthorized_credentials', '401'],
  [{ status: 400, error_type: 'bad_request' }, Hopeless, '400 bad_request', '400'],
] as const)('names what is wrong when Stytch answers %j', async (kind, type, words, status) => {
  emulator.faults.failNext('members.dangerouslyGet', kind);
  const failure: unknown = await stytch.getMember('member-test-1').catch((error) => error);
  expect(failure).toBeInstanceOf(type);
  expect(String(failure)).toContain(words);
  expect(calls).toEqual([`members.dangerouslyGet ${status}`]);
});

it('cuts off a call that hangs', async () => {
  emulator.faults.failNext('members.dangerouslyGet', 'hang');
  const started = performance.now();
  await expect(stytch.getMember('member-test-1', { deadlineMs: 200 })).rejects.toThrow('did not answer in time');
  expect(performance.now() - started).toBeLessThan(2000);
  expect(calls).toEqual(['members.dangerouslyGet timeout']);
});

it('repeats nothing of what Stytch says in its own words, which may name a person', async () => {
  emulator.faults.failNext('members.search', {
    status: 400,
    error_type: 'bad',
    error_message: 'ada@acme.example is odd',
  });
  const failure: unknown = await stytch.searchMembers({ organizationIds: [organizationId] }).catch((error) => error);
  expect(inspect(failure, { depth: 9 })).not.toContain('ada@');
});

describe('an answer of another shape', () => {
  let server: Server;
  let body: string;
  let status: number;
  let odd: ReturnType<typeof connectStytch>;

  beforeAll(async () => {
    server = createServer((_request, response) => response.writeHead(status).end(body)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    odd = connectStytch({ projectId: 'project-test-1', secret: 's', baseUrl: `http://127.0.0.1:${port}` });
  });
  afterAll(async () => {
    await odd.close();
    server.close();
  });

  it.each([
    [200, '{}'],
    [200, 'null'],
    [200, '[]'],
    [200, '{"members":null,"member":null}'],
    [200, '<html>'],
    [500, 'null'],
    [500, '{}'],
    [404, '{"message":"no Route matched"}'],
    [503, ''],
  ])('%i %s is no answer: never an empty organization, never a leaver', async (...answer) => {
    [status, body] = answer;
    await expect(odd.getMember('member-test-1')).rejects.toThrow(Unavailable);
    await expect(odd.searchMembers({ organizationIds: ['organization-test-1'] })).rejects.toThrow(Unavailable);
  });
});
