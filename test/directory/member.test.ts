import { directoryMemberOf, UnreadableMember } from '../../src/directory/member.js';

/** Stytch's member object, as search and get return it. */
function member(change: Record<string, unknown> = {}, attributes: Record<string, unknown> = {}) {
  return {
    member_id: 'member-test-ada',
    organization_id: 'organization-test-acme',
    email_address: 'ada@acme.example',
    name: 'Ada Lovelace',
    status: 'active',
    roles: [{ role_id: 'stytch_member', sources: [{ type: 'direct_assignment', details: {} }] }],
    scim_registration: {
      external_id: '00u-ada',
      scim_attributes: { active: true, roles: [], groups: [], ...attributes },
    },
    ...change,
  };
}

it('reads a member as it is', () => {
  expect(directoryMemberOf(member())).toEqual({
    presence: 'active',
    memberId: 'member-test-ada',
    organizationId: 'organization-test-acme',
    email: 'ada@acme.example',
    name: 'Ada Lovelace',
    externalId: '00u-ada',
    roleValues: [],
    isComplete: true,
  });
});

it.each([
  ['without what the IdP sent', { scim_registration: undefined }, {}],
  ['with a group that has no name', {}, { groups: [{ value: 'g1', display: 'x' }, { value: 'g2' }] }],
  ['with a group whose name is empty', {}, { groups: [{ value: 'g1', display: '' }] }],
])('is not complete %s', (_, change, attributes) => {
  expect(directoryMemberOf(member(change, attributes))).toMatchObject({ isComplete: false });
});

it.each([0, 1, '0', 'no', 'yes', { value: false }, []])(
  'an active flag of %p is unreadable, and gives no access',
  (active) => {
    expect(() => directoryMemberOf(member({}, { active }))).toThrow('scim_attributes.active');
  },
);

it.each([
  ['an organization', member({ status: 'deleted', organization_id: undefined })],
  ['a flag that can be read', member({ status: 'deleted' }, { active: 'no' })],
])('a deleted member is gone, even without %s', (_, object) => {
  expect(directoryMemberOf(object).presence).toBe('gone');
});

it.each(['active', 'invited', 'pending'])('a member with status %s is active', (status) => {
  expect(directoryMemberOf(member({ status })).presence).toBe('active');
});

it.each([
  ['status deleted', member({ status: 'deleted' })],
  ['status deactivated', member({ status: 'deactivated' })],
  ['the active flag false', member({}, { active: false })],
  ['the active flag "False", as Entra sends it', member({}, { active: 'False' })],
  ['a leaver whose other fields are broken', member({ status: 'deleted', email_address: 7, roles: 'x' })],
])('a member with %s is gone', (_, object) => {
  expect(directoryMemberOf(object)).toEqual({
    presence: 'gone',
    memberId: 'member-test-ada',
    organizationId: 'organization-test-acme',
    because: 'says_gone',
  });
});

it('without an active flag the status decides', () => {
  expect(directoryMemberOf(member({}, { active: undefined })).presence).toBe('active');
});

it('reads a member without a SCIM registration', () => {
  expect(directoryMemberOf(member({ scim_registration: null }))).toMatchObject({ externalId: null, roleValues: [] });
});

describe('role values', () => {
  const values = (change: Record<string, unknown>, attributes: Record<string, unknown> = {}) => {
    const read = directoryMemberOf(member(change, attributes));
    return read.presence === 'active' ? read.roleValues : null;
  };

  it('come from roles, groups and Stytch roles of SCIM groups only', () => {
    const roles = [
      { role_id: 'stytch_member', sources: [{ type: 'direct_assignment' }] },
      { role_id: 'editor', sources: [{ type: 'direct_assignment' }, { type: 'scim_connection_group' }] },
    ];
    const attributes = {
      roles: [{ value: 'scanner_analyst', type: '', primary: false }],
      groups: [{ value: 'scim-group-test-1', display: 'Engineering' }],
      entitlements: [{ value: 'entitled' }],
    };
    expect(values({ roles }, attributes)).toEqual([
      { value: 'scanner_analyst', via: 'roles' },
      { value: 'Engineering', via: 'groups' },
      { value: 'editor', via: 'stytch_role' },
    ]);
  });

  it.each([
    ['is trimmed', ' scanner_analyst\n', ['scanner_analyst']],
    ['keeps its case', 'Scanner_Analyst', ['Scanner_Analyst']],
    ['that is a JSON string is unwrapped', '{"id":"6f0d","value":"Admin","displayName":"Administrators"}', ['Admin']],
    ['in JSON without a value is its display name', '{"id":"6f0d","displayName":"Administrators"}', ['Administrators']],
    ['in JSON with an id alone is the id', '{"id":"6f0d"}', ['6f0d']],
    ['that only looks like JSON stays as it is', '{oops', ['{oops']],
    ['in JSON without any name stays as it is', '{"value":7}', ['{"value":7}']],
    ['with a NUL is left out, not repaired', 'scanner_\0analyst', []],
    ['with half a character is left out', 'scanner\ud800', []],
    ['longer than any role is left out', 'x'.repeat(501), []],
    ['that is empty is left out', '  ', []],
    ['of another type is left out', 7, []],
  ])('a value %s', (_, value, expected) => {
    expect(values({}, { roles: [{ value }] })?.map((found) => found.value)).toEqual(expected);
  });

  it('keeps a value once for each field that has it', () => {
    const twice = [{ value: 'a' }, { value: ' a ' }, 'a'];
    expect(values({}, { roles: twice, groups: [{ display: 'a' }] })).toEqual([
      { value: 'a', via: 'roles' },
      { value: 'a', via: 'groups' },
    ]);
  });

  it('reads thousands of values', () => {
    const roles = Array.from({ length: 5000 }, (_, i) => ({ value: `role-${i}` }));
    expect(values({}, { roles })).toHaveLength(5000);
  });

  it.each(['x', 7, null, { value: 'x' }])('ignores a list that is %j', (roles) => {
    expect(values({ roles }, { roles, groups: roles })).toEqual([]);
  });
});

describe('hostile profiles', () => {
  it.each([
    ['a name of a megabyte is cut', 'x'.repeat(1_000_000), 'x'.repeat(500)],
    ['a NUL in a name is dropped', 'A\0da', 'Ada'],
    ['half a character in a name is replaced', 'Ada\ud800', 'Ada\ufffd'],
    ['a name of another type is empty', { first: 'Ada' }, ''],
  ])('%s', (_, name, expected) => {
    expect(directoryMemberOf(member({ name }))).toMatchObject({ name: expected });
  });

  it.each([
    ['a number', 7],
    ['empty', ''],
    ['a megabyte', `${'x'.repeat(1_000_000)}@acme.example`],
    ['holding a NUL', 'a\0@acme.example'],
  ])('refuses an e-mail address that is %s, and does not quote it', (_, email) => {
    const read = () => directoryMemberOf(member({ email_address: email }));
    expect(read).toThrow(UnreadableMember);
    expect(read).toThrow('Stytch returned member member-test-ada with an unusable email_address');
  });

  it('refuses an unknown status', () => {
    expect(() => directoryMemberOf(member({ status: 'suspended' }))).toThrow('unusable status');
  });

  it('refuses more roles than the limit', () => {
    const roles = Array.from({ length: 10_001 }, (_, i) => ({ value: `role-${i}` }));
    expect(() => directoryMemberOf(member({}, { roles }))).toThrow('more than 10000 roles');
  });

  it.each([null, 7, 'x', [], {}, { member_id: 'ada@acme.example' }])('refuses %j as a member', (object) => {
    expect(() => directoryMemberOf(object)).toThrow('without a usable member_id');
  });
});
