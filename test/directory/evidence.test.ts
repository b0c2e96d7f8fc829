import fc from 'fast-check';
import { limitDirectReads } from '../../src/directory/evidence.js';
import { earlierBy, type Instant, instantOf } from '../../src/directory/instant.js';
import { plan } from '../../src/directory/plan.js';
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
    ['a get that began no later', reading(ada(), now), { decision: 'leave', because: 'superseded' }],
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
    ['an event has asked for it', less, 'after_event', { decision: 'write' }],
    ['nobody has asked for it', less, 'never', { because: 'revokes' }],
    ['it was cross-examined', { ...less, isComplete: false }, 'always', { decision: 'write' }],
    ['what the IdP sent is not in it', { ...less, isComplete: false }, 'after_event', { because: 'revokes' }],
    ['the external id is not in it', ada({ externalId: null }), 'never', { because: 'revokes' }],
  ])('when %s', (_, member, searchRevokes, expected) => {
    expect(decide(world(), searched(member), { searchRevokes })).toMatchObject({ ...expected });
  });

  it('is applied if it shows more, or something else', () => {
    const more = ada({ name: 'Ada King', roleValues: [...ada().roleValues, { value: 'x', via: 'groups' }] });
    expect(decide(world(), searched(more), { searchRevokes: 'never' })).toMatchObject({ decision: 'write' });
  });
});

it('postpones the fifty-first direct read of a batch', () => {
  const people = Array.from({ length: 60 }, (_, n) => ({
    row: user({ id: `user-${n}`, memberId: `member-${n}`, observedAt: later }),
    one: searched(ada({ memberId: `member-${n}` }), now),
  }));
  const plans = limitDirectReads(
    plan(
      world({ others: people.map(({ row }) => row) }),
      people.map(({ one }) => one),
    ),
  );
  const decisions = [...plans.values()].map(({ decision }) => decision);
  expect(decisions.filter((decision) => decision === 'read_directly')).toHaveLength(50);
  expect(decisions.filter((decision) => decision === 'leave')).toHaveLength(10);
});

describe('a row that was dated in the future', () => {
  it('has no date, so any reading replaces it', () => {
    const ahead = world({ ada: { observedAt: null, isDatedAhead: true } });
    expect(decide(ahead, reading(gone(), earlierThanAll))).toMatchObject({ row: { status: 'deactivated' } });
  });
});
