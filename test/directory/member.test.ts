import { directoryMemberOf, goneMember, UnreadableMember } from '../../src/directory/member.js';

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

it('is complete with groups that are plain text or have a name', () => {
  expect(directoryMemberOf(member({}, { groups: ['x', { display: 'y' }] }))).toMatchObject({ isComplete: true });
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

it.each([undefined, null, '', ' '])('an active flag of %j counts as missing: the status decides', (active) => {
  expect(directoryMemberOf(member({}, { active })).presence).toBe('active');
  expect(directoryMemberOf(member({ status: 'deleted' }, { active })).presence).toBe('gone');
});

it.each([true, 'true', 'True', ' TRUE '])('an active flag of %j is active', (active) => {
  expect(directoryMemberOf(member({}, { active })).presence).toBe('active');
});

it.each([' false ', 'FALSE'])('an active flag of %j is inactive', (active) => {
  expect(directoryMemberOf(member({}, { active })).presence).toBe('gone');
});

it('a member with nothing but an id is gone', () => {
  expect(goneMember('member-test-ada', 'not_found')).toEqual({
    presence: 'gone',
    memberId: 'member-test-ada',
    organizationId: null,
    because: 'not_found',
  });
});

describe('the external id', () => {
  const idOf = (external_id: unknown, inAttributes: unknown = undefined) => {
    const scim_registration = { external_id, scim_attributes: { external_id: inAttributes } };
    return directoryMemberOf(member({ scim_registration }));
  };

  it.each([
    ['is trimmed', ' 00u-ada ', undefined, '00u-ada'],
    ['comes from the attributes where the registration has none', undefined, '00u-ada', '00u-ada'],
    ['comes from the attributes where the one of the registration is blank', ' ', '00u-ada', '00u-ada'],
    ['comes from the attributes where the one of the registration is not text', 7, '00u-ada', '00u-ada'],
    ['is the one of the registration if there are two', '00u-ada', '00u-other', '00u-ada'],
    ['of 500 characters counts', 'x'.repeat(500), undefined, 'x'.repeat(500)],
    ['of 501 characters counts as none', 'x'.repeat(501), undefined, null],
    ['that is blank counts as none', ' ', '', null],
    ['with a NUL counts as none', '00u\0', undefined, null],
    ['with half a character counts as none', '00u\ud800', undefined, null],
    ['that is a number counts as none', 7, 7, null],
  ])('%s', (_, id, inAttributes, expected) => {
    expect(idOf(id, inAttributes)).toMatchObject({ externalId: expected });
  });
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
    ['of 500 characters is kept', 'x'.repeat(500), ['x'.repeat(500)]],
    ['longer than any role is left out', 'x'.repeat(501), []],
    ['in JSON after spaces is unwrapped', '  {"value":"Admin"}', ['Admin']],
    ['that is JSON but no object stays as it is', '"Admin"', ['"Admin"']],
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

  it('may be plain text in roles and groups', () => {
    expect(values({ roles: ['not from SCIM'] }, { roles: ['a'], groups: ['b'] })).toEqual([
      { value: 'a', via: 'roles' },
      { value: 'b', via: 'groups' },
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
    ['a name of 500 characters stays', 'x'.repeat(500), 'x'.repeat(500)],
    ['a name is trimmed', ' Ada ', 'Ada'],
    ['a name of another type is empty', { first: 'Ada' }, ''],
  ])('%s', (_, name, expected) => {
    expect(directoryMemberOf(member({ name }))).toMatchObject({ name: expected });
  });

  it.each([
    ['a number', 7],
    ['empty', ''],
    ['a megabyte', `${'x'.repeat(1_000_000)}@acme.example`],
    ['holding a NUL', 'a\0@acme.example'],
    ['blank', ' '],
    ['of 321 characters', 'x'.repeat(321)],
    ['holding half a character', 'a\ud800@acme.example'],
  ])('refuses an e-mail address that is %s, and does not quote it', (_, email) => {
    const read = () => directoryMemberOf(member({ email_address: email }));
    expect(read).toThrow(UnreadableMember);
    expect(read).toThrow(expect.objectContaining({ name: 'UnreadableMember' }));
    expect(read).toThrow('Stytch returned member member-test-ada with an unusable email_address');
  });

  it('accepts an e-mail address of 320 characters, and trims it', () => {
    const email = 'x'.repeat(320);
    expect(directoryMemberOf(member({ email_address: ` ${email} ` }))).toMatchObject({ email });
  });

  it.each([
    ['status', { status: 'suspended' }],
    ['status', { status: undefined }],
    ['organization_id', { organization_id: 'Acme Inc' }],
  ])('refuses an unusable %s', (field, change) => {
    const message = `Stytch returned member member-test-ada with an unusable ${field}. Look at it in Stytch's dashboard.`;
    expect(() => directoryMemberOf(member(change))).toThrow(new UnreadableMember(message));
  });

  it.each([
    ['roles', (list: unknown) => member({}, { roles: list })],
    ['groups', (list: unknown) => member({}, { groups: list })],
    ['Stytch roles', (list: unknown) => member({ roles: list })],
  ])('refuses more %s than the limit', (_, memberWith) => {
    const items = (length: number) => Array.from({ length }, (_, i) => ({ value: `role-${i}` }));
    expect(directoryMemberOf(memberWith(items(10_000))).presence).toBe('active');
    expect(() => directoryMemberOf(memberWith(items(10_001)))).toThrow(
      new UnreadableMember('Member member-test-ada has more than 10000 roles or groups. Check them in the IdP.'),
    );
  });

  it.each([null, 7, 'x', [], {}, { member_id: 'ada@acme.example' }])('refuses %j as a member', (object) => {
    expect(() => directoryMemberOf(object)).toThrow('without a usable member_id');
  });
});
