import fc from 'fast-check';
import type { Change } from '../../src/directory/change.js';
import { checkEvidence, isRevoking, limitDirectReads, revokesAccess } from '../../src/directory/evidence.js';
import { earlierBy, type Instant, instantOf } from '../../src/directory/instant.js';
import { plan } from '../../src/directory/plan.js';
import type { MemberPlan } from '../../src/directory/plan-types.js';
import { type Reading, readingAt } from '../../src/directory/world.js';
import { ada, earlierThanAll, gone, later, now, reading, searched, user, world } from '../helpers/world.js';

const lagMs = 30_000;
const empty = { roleValues: [], scimGrants: [], liveKeyIds: [] };
const decide = (current: ReturnType<typeof world>, one: Reading, options = {}) =>
  plan(current, [one], options).get(one.member.memberId);

describe('the date of a reading', () => {
  it('is the fence of a get, and the fence minus the lag of a search', () => {
    expect(readingAt({ member: ada(), isDirect: true }, now, lagMs).date).toBe(now);
    expect(readingAt({ member: ada(), isDirect: false }, now, lagMs).date).toBe('2026-03-04T05:05:37.123456Z');
  });

  it('keeps its microseconds, over any lag', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
        fc.nat(999),
        (at, n) => {
          const instant = instantOf(at.toISOString().replace('Z', `${String(n).padStart(3, '0')}Z`));
          expect(earlierBy(earlierBy(instant, lagMs), -lagMs)).toBe(instant);
        },
      ),
    );
  });
});

describe('a deactivated leaver', () => {
  const at = (observedAt: Instant) =>
    world({ ada: { status: 'deactivated', ...empty, observedAt, lostAt: observedAt } });

  it.each([
    [
      'a get that began no later',
      reading(ada(), now),
      { decision: 'leave', because: 'superseded', user: { id: 'user-ada' } },
    ],
    ['a search that may be older', searched(ada(), now), { decision: 'read_directly', memberIds: ['member-ada'] }],
  ])('is not reactivated by %s', (_, older, decision) => {
    for (const observedAt of [now, later]) expect(decide(at(observedAt), older)).toMatchObject(decision);
  });

  it.each([
    ['a get that began later', reading(ada(), later)],
    ['a search that is newer, however far it may be behind', searched(ada(), later)],
  ])('is reactivated by %s', (_, newer) => {
    expect(decide(at(now), newer)).toMatchObject({ decision: 'write', row: { status: 'active' } });
  });

  it('is not reactivated by a search without the registration, however new: only a get shows whether the IdP has deactivated them', () => {
    const partial = ada({ isComplete: false });
    expect(decide(at(earlierThanAll), searched(partial, later))).toMatchObject({ because: 'restores' });
    expect(decide(at(earlierThanAll), reading(partial, later))).toMatchObject({ row: { status: 'active' } });
    const newcomer = ada({ memberId: 'member-new', externalId: null, isComplete: false });
    const seenGone = world({ seenGone: { 'member-new': earlierThanAll } });
    expect(decide(seenGone, searched(newcomer, later))).toMatchObject({ because: 'restores' });
    expect(decide(world(), searched(newcomer, later))).toMatchObject({ decision: 'write', row: { id: null } });
  });

  it('deactivated by a search, is not reactivated by a newer search that lags more', () => {
    const out = world({ ada: { status: 'deactivated', ...empty, observedAt: earlierBy(now, lagMs), lostAt: now } });
    expect(decide(out, searched(ada(), earlierBy(later, 1)))).toMatchObject({
      decision: 'read_directly',
      because: 'restores',
    });
  });

  it('without a user, gets none from a search that lags', () => {
    const newcomer = ada({ memberId: 'member-new', externalId: null });
    const seenGone = world({ seenGone: { 'member-new': now } });
    expect(decide(seenGone, searched(newcomer, now))).toMatchObject({ decision: 'read_directly', because: 'restores' });
    expect(decide(seenGone, searched(newcomer, later))).toMatchObject({ decision: 'write', row: { id: null } });
    expect(decide(seenGone, reading(newcomer, now))).toMatchObject({ decision: 'write', row: { id: null } });
  });
});

describe('a revoked role', () => {
  it('is not granted again by a search that may be older than the revocation', () => {
    const without = world({ ada: { ...empty, observedAt: earlierThanAll, lostAt: now } });
    expect(decide(without, searched(ada(), now))).toMatchObject({ decision: 'read_directly', because: 'restores' });
    expect(decide(without, searched(ada(), later))).toMatchObject({ decision: 'write' });
  });
});

describe('a leaver', () => {
  it('is deactivated by a search at once, if the row is older', () => {
    expect(decide(world(), searched(gone(), now))).toMatchObject({ row: { status: 'deactivated' } });
  });

  it('is read directly if the row is newer than the search', () => {
    expect(decide(world({ ada: { observedAt: now } }), searched(gone(), now))).toMatchObject({
      because: 'row_is_newer',
    });
  });
});

describe('a search that agrees with the row', () => {
  it('needs no further evidence, for any dates', () => {
    const young = world({ ada: { observedAt: later, lostAt: later } });
    expect(decide(young, searched(ada(), now))).toMatchObject({ decision: 'write', changes: [] });
  });
});

describe('a search that shows less than the row of an active member', () => {
  const less = ada({ roleValues: [] });

  it.each([
    ['a role is not in it', less, false, { because: 'revokes' }],
    ['a role is not in it, and a sample of direct reads agrees', less, true, { decision: 'write' }],
    ['the external id is not in it', ada({ externalId: null }), false, { because: 'revokes' }],
    ['the external id is not in it, and a sample agrees', ada({ externalId: null }), true, { decision: 'write' }],
  ])('when %s', (_, member, isConfirmed, expected) => {
    expect(decide(world(), searched(member), { isConfirmed })).toMatchObject({ ...expected });
  });

  it('counts as not confirmed by default', () => {
    expect(decide(world(), searched(less))).toMatchObject({ because: 'revokes' });
  });

  it('is applied if it shows more, or something else', () => {
    const more = ada({ name: 'Ada King', roleValues: [...ada().roleValues, { value: 'x', via: 'groups' }] });
    expect(decide(world(), searched(more))).toMatchObject({ decision: 'write' });
  });
});

const value = { value: 'scanner_analyst', via: 'roles' } as const;
const grant = { roleId: 'role-analyst', role: 'scim:scanner_analyst' };
/** One change of each type, but for `user_updated`. */
const oneOfEach: Exclude<Change, { type: 'user_updated' }>[] = [
  { type: 'user_created' },
  { type: 'user_linked', by: 'email' },
  { type: 'user_reactivated' },
  { type: 'idp_role_value_added', ...value },
  { type: 'role_granted', ...grant },
  { type: 'user_deactivated', because: 'says_gone' },
  { type: 'idp_role_value_removed', ...value },
  { type: 'role_revoked', ...grant },
  { type: 'api_key_revoked', keyId: 'key-1' },
  { type: 'sessions_revoked' },
];
const writing = (...changes: Change[]): MemberPlan => ({
  decision: 'write',
  row: { ...user({}), memberId: 'member-ada' },
  changes,
});
const types = (kept: (change: Change) => boolean) => oneOfEach.filter(kept).map(({ type }) => type);

describe('a plan from a search', () => {
  const justLost = user({ observedAt: earlierThanAll, lostAt: now });
  const decided = (planned: MemberPlan, belief: Partial<Parameters<typeof checkEvidence>[2]> = {}) =>
    checkEvidence(planned, searched(ada(), now), {
      user: justLost,
      lastGoneAt: null,
      isConfirmed: true,
      ...belief,
    });
  const renamed: Change = { type: 'user_updated', fields: ['name'] };

  it('that grants anything to a user who has just lost something needs a get', () => {
    const granting = types((change) => decided(writing(renamed, change)).decision === 'read_directly');
    expect(granting).toEqual([
      'user_created',
      'user_linked',
      'user_reactivated',
      'idp_role_value_added',
      'role_granted',
    ]);
  });

  it('that only changes a name does not', () => {
    expect(decided(writing(renamed))).toEqual(writing(renamed));
  });

  it.each([
    ['the user lost nothing', { user: user({}), lastGoneAt: null }, 'write'],
    ['there is no row', { user: null, lastGoneAt: null }, 'write'],
    ['the member was seen gone', { user: null, lastGoneAt: now }, 'read_directly'],
    ['the member was seen gone before', { user: null, lastGoneAt: earlierBy(now, 1) }, 'write'],
    ['the user lost something before', { user: user({ lostAt: earlierBy(now, 1) }), lastGoneAt: null }, 'write'],
  ])('that grants something, when %s', (_, belief, decision) => {
    expect(decided(writing({ type: 'role_granted', ...grant }), belief).decision).toBe(decision);
  });

  it('that is no write stays as it is', () => {
    const leave: MemberPlan = { decision: 'leave', because: 'elsewhere', user: justLost };
    expect(decided(leave)).toBe(leave);
  });

  it('reads directly the one member, for the row that it would change', () => {
    expect(decided(writing({ type: 'user_reactivated' }))).toEqual({
      decision: 'read_directly',
      memberIds: ['member-ada'],
      because: 'restores',
      user: justLost,
    });
  });
});

describe('a plan revokes something', () => {
  const isRevokingBy = (change: Change, one = searched(ada())) =>
    isRevoking(one, writing({ type: 'sessions_revoked' }, change));

  it('of an active member if it removes a role or its value', () => {
    expect(types((change) => isRevokingBy(change))).toEqual(['idp_role_value_removed', 'role_revoked']);
  });

  it.each<[string, Change, Reading, boolean]>([
    ['the external id', { type: 'user_updated', fields: ['externalId'] }, searched(ada({ externalId: null })), true],
    ['one external id for another', { type: 'user_updated', fields: ['externalId'] }, searched(ada()), false],
    ['a name', { type: 'user_updated', fields: ['name'] }, searched(ada({ externalId: null })), false],
    ['a role of a leaver', { type: 'role_revoked', ...grant }, searched(gone()), false],
    ['a role, by a get', { type: 'role_revoked', ...grant }, reading(ada()), false],
  ])('if it removes %s', (_, change, one, expected) => {
    expect(isRevokingBy(change, one)).toBe(expected);
  });

  it('if a direct read has to confirm that', () => {
    const read = (because: 'revokes' | 'row_is_newer'): MemberPlan => ({
      ...{ decision: 'read_directly', memberIds: ['member-ada'], because, user: null },
    });
    expect(isRevoking(searched(ada()), read('revokes'))).toBe(true);
    expect(isRevoking(searched(ada()), read('row_is_newer'))).toBe(false);
    expect(isRevoking(reading(ada()), read('revokes'))).toBe(false);
  });

  it('if there is one, and if it changes the row', () => {
    expect(isRevoking(searched(ada()), undefined)).toBe(false);
    expect(isRevoking(searched(ada()), { decision: 'leave', because: 'superseded', user: null })).toBe(false);
  });
});

it('access is revoked by deactivating and by removing a role or its value, and by nothing else', () => {
  expect(types(revokesAccess)).toEqual(['user_deactivated', 'idp_role_value_removed', 'role_revoked']);
  expect(revokesAccess({ type: 'user_updated', fields: ['email'] })).toBe(false);
});

describe('a part of a sweep with many direct reads', () => {
  type Because = 'row_is_newer' | 'revokes' | 'identity';
  const read = (n: number, because: Because, observedAt = earlierThanAll): [string, MemberPlan] => [
    `member-${n}`,
    { decision: 'read_directly', memberIds: [`member-${n}`], because, user: user({ id: `user-${n}`, observedAt }) },
  ];
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

  it.each([
    ['row_is_newer', 'superseded'],
    ['revokes', 'unchanged'],
  ] as const)('postpones the fifty-first: %s counts as %s', (because, outcome) => {
    const plans = limitDirectReads(new Map(numbers(52).map((n) => read(n, because))));
    const first = numbers(50).map((n) => read(n, because));
    const rest = [50, 51].map((n) => [
      `member-${n}`,
      { decision: 'leave', because: outcome, user: expect.objectContaining({ id: `user-${n}` }) },
    ]);
    expect([...plans]).toEqual([...first, ...rest]);
  });

  it('begins with the rows that were read longest ago, so that each has its turn', () => {
    const plans = new Map(numbers(60).map((n) => read(n, 'revokes', n < 20 ? now : earlierThanAll)));
    const postponed = [...limitDirectReads(plans)].filter(([, { decision }]) => decision === 'leave');
    expect(postponed.map(([memberId]) => memberId)).toEqual(
      numbers(20)
        .slice(10)
        .map((n) => `member-${n}`),
    );
  });

  it('does not count or postpone those that decide an identity', () => {
    const plans = new Map([
      ...numbers(100).map((n) => read(n, 'identity')),
      ['member-write', writing()] as const,
      ...numbers(50).map((n) => read(1000 + n, 'row_is_newer')),
    ]);
    expect(limitDirectReads(plans)).toEqual(plans);
  });
});

describe('a row that was dated in the future', () => {
  it('has no date, so any reading replaces it', () => {
    const ahead = world({ ada: { observedAt: null, isDatedAhead: true } });
    expect(decide(ahead, reading(gone(), earlierThanAll))).toMatchObject({ row: { status: 'deactivated' } });
  });
});
