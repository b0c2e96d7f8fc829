import type { Change } from '../../src/directory/change.js';
import { earlierBy, type Instant } from '../../src/directory/instant.js';
import { isBefore, nextRound, type ReconcileResult, type Round } from '../../src/directory/rereads.js';
import type { Occasion } from '../../src/directory/sync-event.js';
import { now } from '../helpers/world.js';

const lagMs = 30_000;
/** A hint that was received so long before the read. */
const hint = (agoMs: number, svixId = 'msg_1'): Occasion => ({
  ...{ trigger: 'hint', svixId, receivedAt: earlierBy(now, agoMs), isTimed: true },
});
const result = (change: Partial<ReconcileResult> = {}): ReconcileResult => ({
  ...{ outcome: 'unchanged', changes: [], fence: now, isDirect: true },
  ...change,
});
const next = (look: Partial<ReconcileResult>, occasions = [hint(100)], round = 0) =>
  nextRound({ occasions, result: result(look) }, round, lagMs);
const left = (because: 'not_found' | 'says_gone'): Change => ({ type: 'user_deactivated', because });

describe('a look that changed nothing', () => {
  it.each<[number, Round | null]>([
    [0, { round: 1, since: 0 }],
    [1, { round: 2, since: 1 }],
    [2, null],
    [3, null],
  ])('in round %i is followed by %j', (round, expected) => {
    expect(next({}, [hint(100)], round)).toEqual(expected);
  });

  it.each(['superseded', 'unknown_member', 'reread'] as const)('is followed by another: %s', (outcome) => {
    expect(next({ outcome })).toEqual({ round: 1, since: 0 });
  });

  it('is the last one for an organization that Scanner does not know', () => {
    expect(next({ outcome: 'unknown_team' })).toBeNull();
    expect(next({ outcome: 'unknown_team', changes: [left('not_found')] })).toBeNull();
  });

  it.each<[string, Occasion[], Round | null]>([
    ['began when no search could be behind', [hint(lagMs)], null],
    ['began a millisecond before that', [hint(lagMs - 1)], { round: 1, since: 0 }],
    ['is late for one hint and not for another', [hint(lagMs), hint(100, 'msg_2')], { round: 1, since: 0 }],
    ['is late for all its hints', [hint(lagMs), hint(lagMs + 1, 'msg_2')], null],
  ])('settles a hint only if it %s', (_, occasions, expected) => {
    expect(next({}, occasions)).toEqual(expected);
    expect(next({ isDirect: false }, occasions)).toEqual(expected);
  });
});

describe('a look that changed something', () => {
  const changed = { outcome: 'changed', changes: [{ type: 'user_reactivated' }] } satisfies Partial<ReconcileResult>;

  it('settles its one hint if Stytch itself was asked', () => {
    expect(next(changed)).toBeNull();
    expect(next(changed, [hint(100), hint(50)])).toBeNull(); // the same message twice
  });

  it('is followed by the last look if a search showed it, or if it can not explain every hint', () => {
    const last = { round: 2, since: 0 };
    expect(next({ ...changed, isDirect: false })).toEqual(last);
    expect(next(changed, [hint(100), hint(50, 'msg_2')])).toEqual(last);
    expect(next({ ...changed, isDirect: false }, [hint(100)], 1)).toEqual({ round: 2, since: 1 });
  });

  it('is followed by the next look if somebody left because Stytch did not know them', () => {
    const unsure = { outcome: 'changed', changes: [{ type: 'sessions_revoked' }, left('not_found')] } as const;
    expect(next(unsure)).toEqual({ round: 1, since: 0 });
    expect(next(unsure, [hint(lagMs)], 1)).toEqual({ round: 2, since: 1 });
    expect(next(unsure, [hint(lagMs)], 2)).toBeNull();
  });

  it("settles the hint if somebody left by Stytch's own word", () => {
    expect(next({ outcome: 'changed', changes: [left('says_gone')] })).toBeNull();
  });
});

describe('an event', () => {
  const receivedAt: Instant = earlierBy(now, 1);

  it.each<[string, Parameters<typeof isBefore>[0], boolean]>([
    ['that was received earlier', { receivedAt, isTimed: true }, true],
    ['that was received at that moment', { receivedAt: now, isTimed: true }, true],
    ['that was received later', { receivedAt: earlierBy(now, -1), isTimed: true }, false],
    ['whose time is by another clock', { receivedAt }, false],
    ['without a time', { isTimed: true }, false],
  ])('%s', (_, event, expected) => {
    expect(isBefore(event, now)).toBe(expected);
  });
});
