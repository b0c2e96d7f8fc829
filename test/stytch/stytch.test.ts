import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { inspect } from 'node:util';
import { PermanentError, RateLimited, TransientError } from '../../src/errors/errors.js';
import { connectStytch } from '../../src/stytch/directory.js';
import { type Emulator, startEmulator } from '../emulator/emulator.js';
import { eventually } from '../helpers/eventually.js';

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
afterEach(() => emulator.faults.reset());

const person = (n: number) => ({ userName: `person-${n}@acme.example`, externalId: `ext-${n}` });

it('gets a member directly, also a deleted one, without the organization', async () => {
  const { member_id } = emulator.directory.provision(organizationId, person(1));
  expect(await stytch.getMember(member_id)).toMatchObject({ member_id, status: 'active' });
  emulator.directory.deprovision(member_id);
  expect(await stytch.getMember(member_id)).toMatchObject({ member_id, status: 'deleted' });
  expect(calls).toEqual(['members.dangerouslyGet 200', 'members.dangerouslyGet 200']);
});

it('returns null for an unknown member, only if Stytch itself says so', async () => {
  expect(await stytch.getMember('member-test-00000000-0000-4000-8000-000000000000')).toBeNull();
  emulator.faults.failNext('members.dangerouslyGet', { status: 404, error_type: 'route_not_found' });
  await expect(stytch.getMember('member-test-1')).rejects.toThrow(PermanentError);
});

it('searches members by id, with any status', async () => {
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

it('pages through all members', async () => {
  const big = emulator.organizations.create({ name: 'Big' }).organization_id;
  for (let n = 0; n < 1500; n++) emulator.directory.provision(big, person(n));
  const first = await stytch.searchMembers({ organizationIds: [big] });
  const second = await stytch.searchMembers({ organizationIds: [big], cursor: String(first.nextCursor) });
  expect([first.members.length, second.members.length, second.nextCursor]).toEqual([1000, 500, null]);
});

it.each([
  ['429', RateLimited, 'Stytch members.dangerouslyGet: 429 too_many_requests', '429'],
  ['500', TransientError, 'Stytch members.dangerouslyGet: 500 internal_server_error', '500'],
  ['html502', TransientError, "Stytch members.dangerouslyGet can't be reached or gave no usable answer.", 'network'],
  ['reset', TransientError, "Stytch members.dangerouslyGet can't be reached or gave no usable answer.", 'network'],
  [{ status: 401, error_type: 'unauthorized_credentials' }, TransientError, '401 unauthorized_credentials', '401'],
  [{ status: 400, error_type: 'bad_request' }, PermanentError, '400 bad_request', '400'],
] as const)('names what is wrong when Stytch answers %j', async (kind, type, words, status) => {
  emulator.faults.failNext('members.dangerouslyGet', kind);
  const failure: unknown = await stytch.getMember('member-test-1').catch((error) => error);
  expect(failure).toBeInstanceOf(type);
  expect(String(failure)).toContain(words);
  expect(calls).toEqual([`members.dangerouslyGet ${status}`]);
});

it('fails with a transient error when nothing listens at the address of Stytch', async () => {
  const nowhere = connectStytch({ projectId: 'project-test-1', secret: 's', baseUrl: 'http://127.0.0.1:1' });
  await expect(nowhere.getMember('member-test-1')).rejects.toThrow("can't be reached");
});

describe('a call without an answer in time', () => {
  let answer: (response: ServerResponse) => void;
  /** Of the calls that came; a client may keep others at hand. */
  let sockets: Socket[];
  let server: Server;

  beforeEach(async () => {
    sockets = [];
    server = createServer(({ socket }, response) => {
      sockets.push(socket);
      answer(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const onCall = (call: string, status: string) => calls.push(`${call} ${status}`);
    stytch = connectStytch({ projectId: 'project-test-1', secret: 's', baseUrl, onCall });
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const begin = (response: ServerResponse) => response.writeHead(200).write('{"member":');
  it.each<[string, (response: ServerResponse) => void]>([
    ['no answer at all', () => {}],
    ['half an answer', begin],
    [
      'an answer that comes byte by byte',
      (response) => {
        begin(response);
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
      },
    ],
  ])('%s: ends, and closes its connection', async (_, behave) => {
    answer = behave;
    const started = performance.now();
    const late = stytch.getMember('member-test-1', { deadlineMs: 300 });
    await expect(late).rejects.toThrow('Stytch members.dangerouslyGet did not answer in time.');
    expect(performance.now() - started).toBeLessThan(2000);
    expect(calls).toEqual(['members.dangerouslyGet timeout']);
    await eventually(() => sockets[0]?.destroyed === true, 2_000);
  });

  it('ends alone: a concurrent call still succeeds', async () => {
    const waiting: ServerResponse[] = [];
    answer = (response) => waiting.push(response);
    const late = stytch.getMember('member-test-1', { deadlineMs: 300 });
    const withBackoff = stytch.getMember('member-test-2');
    await expect(late).rejects.toThrow('did not answer in time');
    await eventually(() => sockets.filter(({ destroyed }) => destroyed).length === 1, 2_000);
    for (const response of waiting) response.end('{"member":{"member_id":"member-test-2"}}');
    expect(await withBackoff).toEqual({ member_id: 'member-test-2' });
  });
});

it("never repeats Stytch's messages, which may name a person", async () => {
  emulator.faults.failNext('members.search', {
    status: 400,
    error_type: 'bad',
    error_message: 'ada@acme.example is odd',
  });
  const failure: unknown = await stytch.searchMembers({ organizationIds: [organizationId] }).catch((error) => error);
  expect(inspect(failure, { depth: 9 })).not.toContain('ada@');
});

describe('an answer with another shape', () => {
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
  afterAll(() => server.close());

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
  ])('%i %s is unusable: never an empty organization, never a leaver', async (...answer) => {
    [status, body] = answer;
    await expect(odd.getMember('member-test-1')).rejects.toThrow(TransientError);
    await expect(odd.searchMembers({ organizationIds: ['organization-test-1'] })).rejects.toThrow(TransientError);
  });
});
