import { type FailedJob, type JobFilter, matches } from '../../src/replay/job-filter.js';
import { diagnose } from '../../src/support/why/diagnose.js';
import type { WhyFacts } from '../../src/support/why/facts.js';
import { timeOf } from '../../src/text/time.js';

/** Somebody with whom all is well; each case changes one thing. */
function facts(change: Partial<WhyFacts> = {}): WhyFacts {
  return {
    team: { id: 'team-1', name: 'Acme', organizationId: 'org-1', enabled: true },
    organizationId: 'org-1',
    user: {
      id: 'user-1',
      teamId: 'team-1',
      memberId: 'member-1',
      email: 'ada@acme.example',
      name: 'Ada',
      status: 'active' as const,
      externalId: null,
      observedAt: null,
      deactivatedAt: null,
    },
    memberId: 'member-1',
    stytch: { says: 'active', status: 'active', values: [{ value: 'analyst', via: 'roles' }], externalId: null },
    values: [{ value: 'analyst', via: 'roles' }],
    grants: [{ role: 'scim:analyst', source: 'scim', grantedAt: '2026-11-24T09:00:00.000Z', cause: null }],
    grantsTotal: 1,
    roles: ['scim:analyst', 'admin'],
    losses: [],
    events: [],
    failedJobs: [],
    held: null,
    hasSharedExternalId: false,
    sessionsPending: null,
    quietSince: null,
    pending: { changes: [] },
    ...change,
  };
}

const job: FailedJob = {
  id: 'msg_1',
  teamId: 'team-1',
  memberId: 'member-1',
  eventType: 'scim.member.delete',
  attempts: 9,
  failedAt: '2026-11-24T09:00:00.000Z',
  error: 'Stytch members.search: 500 (request-id-test-1)',
};
const values = (...names: string[]) => names.map((value) => ({ value, via: 'roles' as const }));
const saying = (...names: string[]) =>
  ({ says: 'active', status: 'active', values: values(...names), externalId: null }) as const;
const grant = { type: 'role_granted', roleId: 'r', role: 'scim:analyst', memberId: 'member-1' } as const;

it.each([
  ['nothing, when all is well', {}, []],
  ['an organization that has no team', { team: null, user: null }, ['unknown_team: stytch_organization_id']],
  [
    'a team that is not enabled',
    { team: { id: 'team-1', name: 'Acme', organizationId: 'org-1', enabled: false } },
    ['team_not_enabled: enable team-1'],
  ],
  [
    'a leaver who can still search',
    { stytch: { says: 'gone', status: 'deleted' } },
    ['not_in_directory: resync --user member-1'],
  ],
  [
    'a member whom Stytch does not know',
    { stytch: { says: 'not found' } },
    ['not_in_directory: resync --user member-1'],
  ],
  ['a user without a member', { stytch: { says: 'no member' }, memberId: null }, ['no_member: provision']],
  ['a Stytch that can not be asked', { stytch: { says: 'unknown', why: 'timeout' } }, ['stytch_unknown: doctor']],
  ['a job that failed', { failedJobs: [job] }, ['failed_job: replay msg_1 --dry-run']],
  ['an external id that several have had', { hasSharedExternalId: true }, ['shared_external_id: externalId']],
  [
    'sessions that Stytch has not ended',
    { sessionsPending: { since: '2026-11-24T09:00:00.000Z', tries: 1 } },
    ['sessions_pending: doctor'],
  ],
  [
    'nothing about sessions that are about to be ended',
    { sessionsPending: { since: '2026-11-24T09:00:00.000Z', tries: 0 } },
    [],
  ],
  ['a hold', { held: { id: 'hold-1', since: '2026-11-24T09:00:00.000Z' } }, ['held: release hold-1']],
  ['a Scanner that is behind', { pending: { changes: [grant] } }, ['out_of_date: resync --user member-1']],
  ['a role that does not exist', { stytch: saying('pilot') }, ['no_such_role: create the role scim:pilot']],
  ['a near miss by case', { stytch: saying('Analyst') }, ['near_miss: scim:Analyst']],
  ['a near miss by the prefix', { stytch: saying('admin') }, ['near_miss: scim:admin']],
  ['a silent IdP', { quietSince: '2026-11-24T09:00:00.000Z' }, ['quiet_team: provisioning in the IdP']],
  [
    'what Scanner has stored, while Stytch can not be asked',
    { stytch: { says: 'unknown', why: 'timeout' }, values: values('pilot') },
    ['stytch_unknown: doctor', 'no_such_role: scim:pilot'],
  ],
] satisfies [string, Partial<WhyFacts>, string[]][])('names %s, and the cure', (_, change, expected) => {
  const found = diagnose(facts(change)).map(({ code, next }) => ({ code, next }));
  expect(found.map(({ code }) => code)).toEqual(expected.map((one) => one.split(': ')[0]));
  expected.forEach((one, i) => {
    expect(found[i]?.next).toContain(one.split(': ')[1]);
  });
});

it('a deactivated leaver is diagnosed as correct', () => {
  const user = { ...facts().user, status: 'deactivated' } as WhyFacts['user'];
  expect(diagnose(facts({ user, stytch: { says: 'gone', status: 'deleted' }, values: [], grants: [] }))).toEqual([]);
});

it('shows when a role was lost that no longer exists', () => {
  const lost = { role: 'scim:pilot', at: '2026-11-23T08:00:00.000Z', trigger: 'role', eventType: null, svixId: null };
  expect(diagnose(facts({ stytch: saying('pilot'), losses: [lost] }))[0]?.message).toContain(
    '2026-11-23T08:00:00.000Z (role)',
  );
});

describe('failed jobs are filtered', () => {
  it.each([
    [{}, true],
    [{ teamId: 'team-1' }, true],
    [{ teamId: 'team-2' }, false],
    [{ type: 'scim.member.delete' }, true],
    [{ type: 'scim.member' }, true],
    [{ type: 'scim.mem' }, false],
    [{ since: new Date('2026-11-24T09:00:00Z') }, true],
    [{ since: new Date('2026-11-24T09:00:01Z') }, false],
    [{ until: new Date('2026-11-24T09:00:01Z') }, true],
    [{ until: new Date('2026-11-24T09:00:00Z') }, false],
    [{ error: 'MEMBERS.search: 500' }, true],
    [{ error: '404' }, false],
    [{ teamId: 'team-1', error: '404' }, false],
  ] satisfies [JobFilter, boolean][])('by %j: %s', (filter, expected) => {
    expect(matches(filter, job)).toBe(expected);
  });
});

describe('times', () => {
  const now = new Date('2026-11-24T12:00:00Z');
  it.each([
    ['2026-11-23', '2026-11-23T00:00:00.000Z'],
    ['2026-11-23T09:30', '2026-11-23T09:30:00.000Z'],
    ['2026-11-23 09:30:00', '2026-11-23T09:30:00.000Z'],
    ['2026-11-23T09:30:00+01:00', '2026-11-23T08:30:00.000Z'],
    ['90m', '2026-11-24T10:30:00.000Z'],
    ['2d', '2026-11-22T12:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(timeOf(text, '--since', now).toISOString()).toBe(expected);
  });

  it.each(['yesterday', '2026-13-01', '24/11/2026', '', '5y', '1e9d'])('%j is not a time', (text) => {
    expect(() => timeOf(text, '--since', now)).toThrow('is not a time');
  });
});
