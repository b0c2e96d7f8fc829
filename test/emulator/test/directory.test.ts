import fc from 'fast-check';
import { type Emulator, startEmulator } from '../emulator.js';

let emulator: Emulator;
let organizationId: string;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());
beforeEach(() => {
  organizationId = emulator.organizations.create({ name: 'Acme' }).organization_id;
});

const provision = (userName = 'ada@acme.example', more: object = {}) =>
  emulator.directory.provision(organizationId, { userName, ...more });

test('a person brings roles, groups and any other attribute along', () => {
  const ada = provision('ada@acme.example', {
    name: 'Ada Lovelace',
    externalId: '00u1',
    roles: ['editor', { value: 'admin', type: 'App', primary: true }],
    groups: ['Engineering', 'Mathematics'],
    attributes: { title: 'Countess' },
  });
  expect(ada).toMatchObject({ name: 'Ada Lovelace', email_address: 'ada@acme.example', status: 'active' });
  expect(ada.scim_registration).toMatchObject({
    registration_id: expect.stringMatching(/^scim-registration-test-/),
    external_id: '00u1',
    scim_attributes: {
      id: ada.member_id,
      title: 'Countess',
      roles: [
        { value: 'editor', type: '', primary: false },
        { value: 'admin', type: 'App', primary: true },
      ],
      groups: [{ display: 'Engineering' }, { display: 'Mathematics' }],
      name: { formatted: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace' },
    },
  });
  expect(emulator.directory.groups(organizationId).map((group) => group.group_name)).toEqual([
    'Engineering',
    'Mathematics',
  ]);
});

test('an update changes only what it names', () => {
  const ada = provision('ada@acme.example', { name: 'Ada', roles: ['editor'], groups: ['Engineering'] });
  const renamed = emulator.directory.update(ada.member_id, { name: 'Ada L' });
  expect(renamed.scim_registration?.scim_attributes).toMatchObject({
    roles: [{ value: 'editor' }],
    groups: [{ display: 'Engineering' }],
  });
  const moved = emulator.directory.update(ada.member_id, {
    groups: ['Mathematics'],
    email: 'ada.l@acme.example',
    userName: 'ada.l@acme.example',
  });
  expect(moved).toMatchObject({ name: 'Ada L', email_address: 'ada.l@acme.example' });
  expect(moved.scim_registration?.scim_attributes.groups).toMatchObject([{ display: 'Mathematics' }]);
});

test('an e-mail in use, or retired by somebody, is refused; its owner may go back to it', () => {
  const ada = provision('ada@acme.example');
  const bob = provision('bob@acme.example');
  const rename = (memberId: string, userName: string) => emulator.directory.update(memberId, { userName });
  expect(() => rename(bob.member_id, 'ada@acme.example')).toThrow('already exists');
  rename(ada.member_id, 'ada.l@acme.example');
  expect(() => rename(bob.member_id, 'ada@acme.example')).toThrow('retired by another member');
  expect(rename(ada.member_id, 'ada@acme.example').retired_email_addresses).toMatchObject([
    { email_address: 'ada.l@acme.example' },
  ]);
});

test('a deprovisioned member loses roles and sessions, keeps its groups, and returns without explicit roles', async () => {
  const ada = provision('ada@acme.example', { groups: ['Engineering'] });
  emulator.directory.updateMember(ada.member_id, { roles: ['stytch_admin'] });
  const { session_token } = await emulator.sessions.mint({ memberId: ada.member_id });
  const gone = emulator.directory.deprovision(ada.member_id);
  expect(gone).toMatchObject({ status: 'deleted', roles: [], is_admin: false });
  expect(() => emulator.sessions.revoke(session_token)).toThrow('No such session');
  const back = emulator.directory.reactivate(ada.member_id);
  expect(back).toMatchObject({ member_id: ada.member_id, status: 'active', is_admin: false });
  expect(back.scim_registration?.scim_attributes).toMatchObject({ active: true, groups: [{ display: 'Engineering' }] });
});

test('who comes back finds its e-mail taken', () => {
  const ada = provision('ada@acme.example');
  emulator.directory.deprovision(ada.member_id);
  emulator.directory.createMember(organizationId, { email_address: 'ada@acme.example' });
  expect(() => emulator.directory.reactivate(ada.member_id)).toThrow('already exists');
});

test('a person who is created inactive is deprovisioned at once', () => {
  expect(provision('ada@acme.example', { active: false }).status).toBe('deleted');
});

test('groups of other connections are out of reach', () => {
  const ada = provision('ada@acme.example');
  const other = emulator.organizations.create({ name: 'Other' }).organization_id;
  const { group_id } = emulator.directory.createGroup(other, 'Theirs');
  expect(() => emulator.directory.addToGroup(group_id, ada.member_id)).toThrow('Member could not be found');
});

test('whatever happens, no two members that are not deleted share an e-mail', () => {
  type Act = (organization: string, memberId: string, email: string) => unknown;
  const { directory } = emulator;
  const acts: Act[] = [
    (organization, _, email) => directory.provision(organization, { userName: email }),
    (organization, _, email) => directory.createMember(organization, { email_address: email }),
    (_, memberId, email) => directory.update(memberId, { userName: email }),
    (_, memberId, email) => directory.updateMember(memberId, { email_address: email }),
    (_, memberId) => directory.deprovision(memberId),
    (_, memberId) => directory.reactivate(memberId),
    (_, memberId) => directory.remove(memberId),
    (_, memberId) => directory.deleteMember(memberId),
  ];
  const step = fc.record({
    act: fc.constantFrom(...acts.keys()),
    who: fc.nat(5),
    email: fc.constantFrom('a@acme.example', 'A@acme.example', 'b@acme.example', 'c@acme.example'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { organization_id } = emulator.organizations.create({ name: 'Property' });
      for (const { act, who, email } of steps) {
        const memberId = directory.members(organization_id)[who]?.member_id ?? 'nobody';
        attempt(() => acts[act]?.(organization_id, memberId, email));
      }
      const alive = directory.members(organization_id).filter((member) => member.status !== 'deleted');
      const inUse = alive.map((member) => member.email_address.toLowerCase());
      expect(new Set(inUse).size).toBe(inUse.length);
    }),
    { numRuns: 200 },
  );
});

/** Refusals are part of the game. */
function attempt(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Error) || !('errorType' in error)) throw error;
  }
}
