import { plan, planGrants } from '../../src/directory/plan.js';
import { externalIdKey } from '../../src/directory/world.js';
import { ada, changesFor, gone, later, now, planFor, reading, user, world } from '../helpers/world.js';

const analyst = { roleId: 'role-analyst', role: 'scim:scanner_analyst' };
const admin = { roleId: 'role-admin', role: 'scim:scanner_admin' };

describe('nothing to do', () => {
  it('plans no change when database and directory agree', () => {
    expect(planFor(world(), ada())).toEqual({
      decision: 'write',
      row: {
        id: 'user-ada',
        memberId: 'member-ada',
        teamId: 'team-acme',
        email: 'ada@acme.example',
        name: 'Ada Lovelace',
        externalId: '00u-ada',
        status: 'active',
      },
      changes: [],
    });
  });

  it('plans no change for a leaver who is deactivated already', () => {
    const left = world({ ada: { status: 'deactivated', roleValues: [], scimGrants: [], liveKeyIds: [] } });
    expect(changesFor(left, gone())).toEqual([]);
  });

  it('does not change a row that shows a later reading, or one from the same moment', () => {
    for (const observedAt of [now, later]) {
      const decided = planFor(world({ ada: { observedAt } }), gone());
      expect(decided).toMatchObject({ decision: 'leave', because: 'superseded' });
    }
  });

  it('ignores a member who left before Scanner knew them', () => {
    expect(planFor(world(), gone('member-stranger'))).toMatchObject({ decision: 'leave', because: 'unknown_member' });
  });

  it('ignores an organization that Scanner does not know', () => {
    const decided = planFor(world(), ada({ memberId: 'member-x', organizationId: 'org-unknown' }));
    expect(decided).toMatchObject({ decision: 'leave', because: 'unknown_team' });
  });
});

describe('members who are active, invited or pending', () => {
  it('creates a user for a new member, with the matching roles', () => {
    const grace = ada({ memberId: 'member-grace', email: 'grace@acme.example', externalId: null });
    expect(planFor(world(), grace)).toMatchObject({
      row: { id: null, memberId: 'member-grace', teamId: 'team-acme', status: 'active' },
      changes: [
        { type: 'user_created' },
        { type: 'idp_role_value_added', value: 'scanner_analyst', via: 'roles' },
        { type: 'role_granted', ...analyst },
      ],
    });
  });

  it.each([
    ['e-mail', { email: 'countess@acme.example' }, ['email']],
    ['case of the e-mail', { email: 'Ada@acme.example' }, ['email']],
    ['name', { name: 'Ada King' }, ['name']],
    ['external id', { externalId: '00u-other' }, ['externalId']],
    ['external id, lost', { externalId: null }, ['externalId']],
    ['e-mail and name', { email: 'a@b.example', name: '' }, ['email', 'name']],
  ])('updates a changed %s', (_, change, fields) => {
    expect(changesFor(world(), ada(change))).toEqual([{ type: 'user_updated', fields }]);
  });

  it('updates two users who swap their e-mails', () => {
    const bob = user({ id: 'user-bob', memberId: 'member-bob', email: 'bob@acme.example', name: 'Bob' });
    const swapped = plan(world({ others: [bob] }), [
      reading(ada({ email: 'bob@acme.example' })),
      reading(
        ada({ memberId: 'member-bob', email: 'ada@acme.example', name: 'Bob', externalId: null, roleValues: [] }),
      ),
    ]);
    expect([...swapped.values()]).toMatchObject([
      { row: { id: 'user-ada', email: 'bob@acme.example' }, changes: [{ type: 'user_updated', fields: ['email'] }] },
      { row: { id: 'user-bob', email: 'ada@acme.example' }, changes: [{ type: 'user_updated', fields: ['email'] }] },
    ]);
  });
});

describe('leavers', () => {
  it('deactivates the user, removes all scim grants and values, revokes the live keys, and keeps the profile', () => {
    expect(planFor(world(), gone())).toMatchObject({
      row: { id: 'user-ada', status: 'deactivated', email: 'ada@acme.example', externalId: '00u-ada' },
      changes: [
        { type: 'user_deactivated', because: 'says_gone' },
        { type: 'idp_role_value_removed', value: 'scanner_analyst', via: 'roles' },
        { type: 'role_revoked', ...analyst },
        { type: 'api_key_revoked', keyId: 'key-1' },
      ],
    });
  });

  it('revokes a key that was created after the user was deactivated', () => {
    const left = world({ ada: { status: 'deactivated', roleValues: [], scimGrants: [], liveKeyIds: ['key-new'] } });
    expect(changesFor(left, gone())).toEqual([{ type: 'api_key_revoked', keyId: 'key-new' }]);
  });

  it('deactivates a user that Stytch does not know any more, without knowing the organization', () => {
    const decided = planFor(world(), {
      presence: 'gone',
      memberId: 'member-ada',
      organizationId: null,
      because: 'not_found',
    });
    expect(decided).toMatchObject({ row: { status: 'deactivated' } });
    expect(changesFor(world(), gone())).toContainEqual({ type: 'user_deactivated', because: 'says_gone' });
  });
});

describe('rehires', () => {
  it('reactivates the same row with the current grants; revoked keys stay revoked', () => {
    const left = world({ ada: { status: 'deactivated', roleValues: [], scimGrants: [], liveKeyIds: [] } });
    const back = ada({ roleValues: [{ value: 'scanner_admin', via: 'groups' }] });
    expect(planFor(left, back)).toMatchObject({
      row: { id: 'user-ada', status: 'active' },
      changes: [
        { type: 'user_reactivated' },
        { type: 'idp_role_value_added', value: 'scanner_admin', via: 'groups' },
        { type: 'role_granted', ...admin },
      ],
    });
  });

  const returning = ada({ memberId: 'member-ada-2' });

  it('links the row of a deactivated user to the new member with the same external id', () => {
    const left = world({ ada: { status: 'deactivated', liveKeyIds: [] } });
    expect(planFor(left, returning)).toMatchObject({
      row: { id: 'user-ada', memberId: 'member-ada-2', status: 'active' },
      changes: [{ type: 'user_linked', by: 'external_id' }, { type: 'user_reactivated' }],
    });
  });

  it('links the row if both members are read together and the old one is gone', () => {
    const plans = plan(world(), [reading(gone()), reading(returning)]);
    expect(plans.get('member-ada-2')).toMatchObject({
      row: { id: 'user-ada' },
      changes: [{ type: 'user_linked', by: 'external_id' }],
    });
    expect(plans.get('member-ada')).toMatchObject({ decision: 'leave', because: 'unknown_member' });
  });

  it('reads the old member directly first, if it is not known whether they are gone', () => {
    const read = { decision: 'read_directly', memberIds: ['member-ada'], because: 'identity', user: null };
    expect(planFor(world(), returning)).toEqual(read);
  });

  it('a member that can not be read keeps the row, and the new member does not wait', () => {
    const plans = plan(world(), [reading(returning)], { unreadable: new Set(['member-ada']) });
    expect(plans.get('member-ada-2')).toMatchObject({ decision: 'write', row: { id: null } });
  });

  it('gives each of two active members with one external id their own row', () => {
    const plans = plan(world(), [reading(ada()), reading(returning)]);
    expect(plans.get('member-ada')).toMatchObject({ row: { id: 'user-ada' }, changes: [] });
    expect(plans.get('member-ada-2')).toMatchObject({ row: { id: null } });
  });

  it('gives the row to neither of two members who return with its external id at the same time', () => {
    const left = world({ ada: { status: 'deactivated', liveKeyIds: [] } });
    const plans = plan(left, [reading(ada({ memberId: 'member-ada-3' })), reading(returning)]);
    const created = { row: { id: null }, changes: [{ type: 'user_created', apart: 'shared_external_id' }] };
    for (const id of ['member-ada-2', 'member-ada-3']) {
      expect(plans.get(id)).toMatchObject({ ...created, changes: expect.arrayContaining(created.changes) });
    }
  });

  it('reads the member of a row again before it links a row that is newer than the reading', () => {
    const left = world({ ada: { status: 'deactivated', observedAt: later, liveKeyIds: [] } });
    expect(planFor(left, returning)).toMatchObject({ decision: 'read_directly', memberIds: ['member-ada'] });
  });

  it('never links across teams', () => {
    const left = world({ ada: { status: 'deactivated', teamId: 'team-beta' } });
    expect(planFor(left, returning)).toMatchObject({ row: { id: null, teamId: 'team-acme' } });
  });
});

describe('users that Scanner had before SCIM', () => {
  const unlinked = user({ id: 'user-old', memberId: null, email: 'GRACE@acme.example', name: 'Grace' });
  const grace = ada({ memberId: 'member-grace', email: 'grace@ACME.example', externalId: null, roleValues: [] });

  it('links by e-mail, ignoring case, and creates no duplicate', () => {
    expect(planFor(world({ others: [unlinked] }), grace)).toMatchObject({
      row: { id: 'user-old', memberId: 'member-grace', email: 'grace@ACME.example' },
      changes: [
        { type: 'user_linked', by: 'email' },
        { type: 'user_updated', fields: ['email', 'name'] },
      ],
    });
  });

  it('links the oldest of several users with the same e-mail', () => {
    const others = [unlinked, { ...unlinked, id: 'user-newer' }];
    expect(planFor(world({ others }), grace)).toMatchObject({ row: { id: 'user-old' } });
  });

  it('does not link a user that belongs to another member with the same e-mail', () => {
    const taken = { ...unlinked, memberId: 'member-somebody' };
    expect(planFor(world({ others: [taken] }), grace)).toMatchObject({ row: { id: null } });
  });

  it('does not link across teams', () => {
    const elsewhere = { ...unlinked, teamId: 'team-beta' };
    expect(planFor(world({ others: [elsewhere] }), grace)).toMatchObject({ row: { id: null } });
  });

  it('does not change an unlinked user when a member with the same e-mail leaves', () => {
    expect(planFor(world({ others: [unlinked] }), gone('member-grace'))).toMatchObject({ because: 'unknown_member' });
  });
});

describe('role values and grants', () => {
  it('stores a value that no Scanner role matches, and grants nothing', () => {
    const member = ada({ roleValues: [...ada().roleValues, { value: 'Engineering', via: 'groups' }] });
    expect(changesFor(world(), member)).toEqual([
      { type: 'idp_role_value_added', value: 'Engineering', via: 'groups' },
    ]);
  });

  it('removes the grant together with the value', () => {
    expect(changesFor(world(), ada({ roleValues: [] }))).toEqual([
      { type: 'idp_role_value_removed', value: 'scanner_analyst', via: 'roles' },
      { type: 'role_revoked', ...analyst },
    ]);
  });

  it('keeps the grant while one field still has the value', () => {
    const member = ada({ roleValues: [{ value: 'scanner_analyst', via: 'groups' }] });
    expect(changesFor(world(), member)).toEqual([
      { type: 'idp_role_value_added', value: 'scanner_analyst', via: 'groups' },
      { type: 'idp_role_value_removed', value: 'scanner_analyst', via: 'roles' },
    ]);
  });

  it('removes the grant of a role that was renamed', () => {
    const roles = [{ id: 'role-analyst', teamId: 'team-acme', name: 'scim:renamed' }];
    expect(changesFor(world({ roles }), ada())).toEqual([{ type: 'role_revoked', ...analyst }]);
  });

  it('grants a role that was created after the user arrived', () => {
    expect(changesFor(world({ ada: { scimGrants: [] } }), ada())).toEqual([{ type: 'role_granted', ...analyst }]);
  });

  it.each(['Scanner_analyst', 'scanner-analyst', 'scim:scanner_analyst', 'scanner_analys'])(
    'grants nothing for the near miss %s',
    (value) => {
      const member = ada({ roleValues: [{ value, via: 'roles' }] });
      expect(changesFor(world(), member)).not.toContainEqual(expect.objectContaining({ type: 'role_granted' }));
    },
  );

  it('grants only roles of the team of the user', () => {
    const beta = ada({ memberId: 'member-b', organizationId: 'org-beta', externalId: null });
    expect(changesFor(world(), beta)).toContainEqual({
      type: 'role_granted',
      roleId: 'role-beta-analyst',
      role: 'scim:scanner_analyst',
    });
  });
});

describe('a member of another organization than the team has', () => {
  const moved = ada({ organizationId: 'org-beta' });

  it('changes nothing: a sweep of the team decides', () => {
    expect(planFor(world(), moved)).toMatchObject({
      decision: 'leave',
      because: 'elsewhere',
      user: { id: 'user-ada' },
    });
  });

  it('has left the team if its sweep says so', () => {
    const left = {
      presence: 'gone',
      memberId: 'member-ada',
      organizationId: null,
      because: 'other_organization',
    } as const;
    expect(changesFor(world(), left)).toContainEqual({ type: 'user_deactivated', because: 'other_organization' });
  });

  it('gets a user in the new team after the old team has deactivated theirs', () => {
    const out = world({ ada: { status: 'deactivated', roleValues: [], scimGrants: [], liveKeyIds: [] } });
    expect(planFor(out, moved)).toMatchObject({ decision: 'write', row: { id: null, teamId: 'team-beta' } });
  });
});

describe('grants, when a role has changed and the directory has not', () => {
  const { scimRoles } = world();
  const of = (change: Parameters<typeof user>[0]) => planGrants([user({ id: 'user-1', ...change })], scimRoles);
  const values = [
    { value: 'scanner_analyst', via: 'roles' },
    { value: 'scanner_analyst', via: 'groups' },
    { value: 'unknown', via: 'roles' },
  ] as const;

  it('are given and taken as the values say', () => {
    const given = [{ type: 'role_granted', ...analyst }];
    expect(of({ roleValues: values })).toEqual(new Map([['user-1', given]]));
    expect(of({ roleValues: values, scimGrants: [admin] })).toEqual(
      new Map([['user-1', [...given, { type: 'role_revoked', ...admin }]]]),
    );
  });

  it('stay as they are for everybody who has what the values say', () => {
    expect(of({ roleValues: values, scimGrants: [analyst] }).size).toBe(0);
    expect(of({ status: 'deactivated', roleValues: values }).size).toBe(0);
    expect(of({}).size).toBe(0);
  });

  it('are taken from a user who is deactivated, and from one whose team has no scim role left', () => {
    const taken = new Map([['user-1', [{ type: 'role_revoked', ...analyst }]]]);
    expect(of({ status: 'deactivated', roleValues: values, scimGrants: [analyst] })).toEqual(taken);
    expect(of({ teamId: 'team-gamma', roleValues: values, scimGrants: [analyst] })).toEqual(taken);
  });
});

it('keeps an external id apart from the same one in another team', () => {
  expect(externalIdKey('team-acme', '00u')).not.toBe(externalIdKey('team-beta', '00u'));
  expect(externalIdKey('team-acme', '00u')).not.toBe(externalIdKey('team-acme', '00v'));
});
