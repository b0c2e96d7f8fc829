import { type Emulator, jittery, replicas, startEmulator } from '../emulator.js';
import { sdkClient } from '../sdk-client.js';
import { defaultSwitches, type SearchOmission } from '../switches.js';

/** Search answers from an index: it may be behind, and it may know less than get does. */

let emulator: Emulator;
let members: ReturnType<typeof sdkClient>['organizations']['members'];
let organization_id: string;

beforeAll(async () => {
  emulator = await startEmulator();
  members = sdkClient(emulator).organizations.members;
});
afterAll(() => emulator.stop());
beforeEach(() => {
  Object.assign(emulator.switches, defaultSwitches());
  organization_id = emulator.organizations.create({ name: 'Acme' }).organization_id;
});
afterEach(() => emulator.faults.reset());

const add = (more: object = {}) =>
  emulator.directory.provision(organization_id, { userName: 'ada@acme.example', name: 'ada', ...more }).member_id;

/** Everybody, or the members with these ids. */
const found = async (memberIds?: string[]) => {
  const operands = memberIds === undefined ? [] : [{ filter_name: 'member_ids', filter_value: memberIds }];
  return (await members.search({ organization_ids: [organization_id], query: { operator: 'AND', operands } })).members;
};
const got = async (member_id: string) => (await members.dangerouslyGet({ member_id, include_deleted: true })).member;

/** Numbers that somebody has thrown, over and over. */
function thrown(...numbers: number[]): () => number {
  let next = 0;
  return () => numbers[next++ % numbers.length] ?? 0;
}

describe('an index that is behind', () => {
  const names = async (memberIds?: string[]) => (await found(memberIds)).map(({ name }) => name);

  test('by another lag in each search, whole listings and searches by id alike', async () => {
    const ada = add();
    emulator.clock.advance(60_000);
    emulator.faults.searchLagMs = jittery(1_000, 9_000, thrown(0, 0.5, 1));
    emulator.directory.update(ada, { name: 'Ada Lovelace' });
    emulator.clock.advance(7_000);
    for (const ids of [undefined, [ada]]) {
      expect([await names(ids), await names(ids), await names(ids)]).toEqual([
        ['Ada Lovelace'], // 1 s behind
        ['Ada Lovelace'], // 5 s
        ['ada'], // 9 s
      ]);
    }
    expect((await got(ada)).name).toBe('Ada Lovelace');
  });

  test('by the lag of whichever replica answers: what was seen may be gone again', async () => {
    emulator.faults.searchLagMs = replicas([0, 12_000], thrown(0, 0.99));
    const ada = add();
    emulator.clock.advance(5_000);
    expect([await names(), await names(), await names([ada]), await names([ada])]).toEqual([['ada'], [], ['ada'], []]);
    emulator.clock.advance(7_001);
    expect([await names(), await names()]).toEqual([['ada'], ['ada']]);
  });

  test('by the same lag in all of one search', async () => {
    const before = Date.now();
    emulator.faults.searchLagMs = jittery(0, 10_000, thrown(0, 1));
    for (let n = 0; n < 5; n++) add({ userName: `p${n}@acme.example`, name: `p${n}` });
    const searches = [await names(), await names(), await names(), await names()];
    expect(searches.map((each) => each.length)).toEqual([5, 0, 5, 0]);
    expect(Date.now() - before).toBeLessThan(10_000);
  });
});

describe('an index that knows less than get', () => {
  const full = { externalId: '00u1', roles: ['analyst'], groups: ['Engineering'] };

  test.each<[SearchOmission, object]>([
    ['registration', {}],
    ['scimRoles', { scim_registration: { external_id: '00u1', scim_attributes: { groups: [{}] } } }],
    ['groups', { scim_registration: { external_id: '00u1', scim_attributes: { roles: [{ value: 'analyst' }] } } }],
    ['roles', { scim_registration: { external_id: '00u1' } }],
  ])('of %s', async (omission, shown) => {
    const ada = add(full);
    emulator.switches.searchOmits = [omission];
    for (const ids of [undefined, [ada]]) {
      const [member] = await found(ids);
      expect(member).toMatchObject({ name: 'ada', status: 'active', ...shown });
      const paths = { registration: [], scimRoles: ['roles'], groups: ['groups'], roles: [], groupDisplay: [] };
      const attributes = member?.scim_registration?.scim_attributes;
      for (const key of paths[omission]) expect(attributes).not.toHaveProperty(key);
      if (omission === 'registration') expect(member).not.toHaveProperty('scim_registration');
      if (omission === 'roles') expect(member).not.toHaveProperty('roles');
    }
    expect(await got(ada)).toMatchObject({
      roles: [{ role_id: 'stytch_member' }],
      scim_registration: { scim_attributes: { roles: [{ value: 'analyst' }], groups: [{ display: 'Engineering' }] } },
    });
  });

  test('of the names of groups, and of several things at once', async () => {
    const ada = add(full);
    emulator.switches.searchOmits = ['groupDisplay', 'scimRoles'];
    const [member] = await found();
    expect(member?.scim_registration?.scim_attributes?.groups).toEqual([{ value: expect.any(String) }]);
    expect(member?.scim_registration?.scim_attributes).not.toHaveProperty('roles');
    expect((await got(ada)).scim_registration?.scim_attributes?.groups).toMatchObject([{ display: 'Engineering' }]);
  });

  test('who has no registration, or is in no group, is shown as ever', async () => {
    emulator.directory.createMember(organization_id, { email_address: 'bob@acme.example' });
    emulator.switches.searchOmits = ['scimRoles', 'groupDisplay', 'groups'];
    expect(await found()).toMatchObject([{ email_address: 'bob@acme.example', scim_registration: null }]);
  });
});

describe('the name of a group in search, after a rename', () => {
  const displays = (
    member: { scim_registration?: { scim_attributes?: { groups: { display: string }[] } } } | undefined,
  ) => member?.scim_registration?.scim_attributes?.groups.map(({ display }) => display);
  const renamed = (...names: string[]) => {
    const group_id = emulator.directory.groups(organization_id)[0]?.group_id ?? '';
    for (const name of names) emulator.directory.renameGroup(group_id, name);
  };

  test('is the old one until the member itself changes, in its profile or in its groups', async () => {
    emulator.switches.searchGroupNames = 'untilTouched';
    const ada = add({ groups: ['Engineering'] });
    const bob = add({ userName: 'bob@acme.example', name: 'bob', groups: ['Engineering'] });
    renamed('R&D', 'Research');
    const shown = async () => (await found([ada, bob])).sort((a, b) => (a.name < b.name ? -1 : 1)).map(displays);
    expect(await shown()).toEqual([['Engineering'], ['Engineering']]);
    expect(displays(await got(ada))).toEqual(['Research']);
    emulator.directory.update(ada, { name: 'ada l' });
    expect(await shown()).toEqual([['Research'], ['Engineering']]);
    emulator.directory.update(bob, { groups: ['Research', 'Reading'] });
    expect(await shown()).toEqual([['Research'], ['Research', 'Reading']]);
  });

  test('is the old one for the lag, too: who was touched meanwhile is shown as before', async () => {
    emulator.switches.searchGroupNames = 'untilTouched';
    const ada = add({ groups: ['Engineering'] });
    emulator.clock.advance(60_000);
    emulator.faults.searchLagMs = 10_000;
    renamed('R&D');
    emulator.clock.advance(60_000);
    expect((await found()).map(displays)).toEqual([['Engineering']]);
    emulator.directory.update(ada, { name: 'ada l' });
    expect((await found()).map(displays)).toEqual([['Engineering']]);
    emulator.clock.advance(10_001);
    expect((await found()).map(displays)).toEqual([['R&D']]);
  });
});
