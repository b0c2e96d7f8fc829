import { TransientError } from '../../../src/errors/errors.js';
import { createMemory } from '../../../src/process/memory-budget.js';
import { connectStytch } from '../../../src/stytch/directory.js';
import { memberReader, type Wanted } from '../../../src/sync/members/read-members.js';
import { type Emulator, startEmulator } from '../../emulator/emulator.js';

const memory = createMemory();
let emulator: Emulator;
let stytch: ReturnType<typeof connectStytch>;
let acme: string;
let beta: string;
let people: Wanted[];

beforeAll(async () => {
  emulator = await startEmulator();
  [acme, beta] = ['Acme', 'Beta'].map((name) => emulator.organizations.create({ name }).organization_id) as [
    string,
    string,
  ];
  people = Array.from({ length: 30 }, (_, n) => {
    const organizationId = n % 2 ? acme : beta;
    const { member_id } = emulator.directory.provision(organizationId, {
      userName: `p${n}@acme.example`,
      externalId: `e${n}`,
    });
    return { memberId: member_id, organizationId };
  });
  stytch = connectStytch({ projectId: emulator.projectId, secret: emulator.secret, baseUrl: emulator.url });
});
afterAll(() => emulator.stop());
beforeEach(() => emulator.calls.reset());
afterEach(() => emulator.faults.reset());

const asked = () => [emulator.calls.count('members.search'), emulator.calls.count('members.dangerouslyGet')];
const stranger = { memberId: 'member-test-00000000-0000-4000-8000-000000000000', organizationId: null };

it('reads a few by get, and many of several organizations by one search', async () => {
  const read = memberReader(stytch, { memory }).readMembers;
  expect((await read(people.slice(0, 5))).size).toBe(5);
  expect(asked()).toEqual([0, 5]);
  emulator.calls.reset();
  expect([...(await read(people)).keys()]).toEqual(people.map(({ memberId }) => memberId));
  expect(asked()).toEqual([1, 0]);
});

it('reads members directly that the search does not show, or that have no known organization', async () => {
  const hidden = String(people[3]?.memberId);
  emulator.faults.omitFromListing(({ member_id }) => member_id === hidden, { byId: true });
  const found = await memberReader(stytch, { memory }).readMembers([...people, stranger]);
  expect(asked()).toEqual([1, 2]);
  expect(found.get(hidden)).toMatchObject({ member: { presence: 'active' }, isDirect: true });
  expect(found.get(stranger.memberId)).toMatchObject({ member: { presence: 'gone', because: 'not_found' } });
});

it('reads the other organizations when one of them is gone', async () => {
  const doomed = emulator.organizations.create({ name: 'Doomed' }).organization_id;
  const { member_id } = emulator.directory.provision(doomed, { userName: 'last@doomed.example' });
  emulator.organizations.delete(doomed);
  const found = await memberReader(stytch, { memory }).readMembers([
    ...people,
    { memberId: member_id, organizationId: doomed },
  ]);
  expect([...found.values()].filter((one) => !(one instanceof Error) && one.member.presence === 'active')).toHaveLength(
    30,
  );
  expect(found.get(member_id)).toMatchObject({ member: { presence: 'gone' } });
});

it('reads members directly that should be gone but are still in the index', async () => {
  emulator.faults.searchLagMs = 60_000;
  const leavers = people.slice(10, 20);
  for (const { memberId } of leavers) emulator.directory.deprovision(memberId);
  const lagging = await memberReader(stytch, { memory }).readMembers(leavers);
  const direct = await memberReader(stytch, { expectGone: true, memory }).readMembers(leavers);
  const presences = (read: typeof direct) =>
    [...read.values()].map((one) => !(one instanceof Error) && one.member.presence);
  expect(new Set(presences(direct))).toEqual(new Set(['gone']));
  expect(new Set(presences(lagging))).toEqual(new Set(['active']));
});

it('returns an error for each member while Stytch is down', async () => {
  emulator.faults.failWhile('all', '500');
  const found = await memberReader(stytch, { memory }).readMembers([...people, stranger]);
  expect(found.size).toBe(31);
  for (const result of found.values()) expect(result).toBeInstanceOf(TransientError);
});

it('returns an error for a member that can not be understood, and reads the others', async () => {
  const odd = String(people[0]?.memberId);
  emulator.directory.setMember(odd, { status: 'suspended' });
  const found = await memberReader(stytch, { memory }).readMembers(people);
  expect([...found.values()].filter((one) => one instanceof Error)).toHaveLength(1);
  expect(String(found.get(odd))).toContain('unusable status');
  emulator.directory.setMember(odd, null);
});
