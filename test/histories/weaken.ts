import { type Emulator, jittery, replicas, type SearchTimeout } from '../emulator/emulator.js';
import { defaultSwitches, type Switches } from '../emulator/switches.js';
import { longestLagMs } from './compressed.js';
import type { Weaknesses } from './weaknesses.js';

/** The emulator with the weaknesses of one history. */
export type WeakStytch = {
  /** Ends the weaknesses that last for half of the history. */
  halfTime(): void;
  /** From now on, get fails for this member, if it fails for that person. */
  met(who: number, memberId: string): void;
  /**
   * Ends the weaknesses that no reader can work around: search shows what get shows, and get works for every member. The
   * others stay.
   */
  beforeTheEnd(): void;
  /** Ends the timeouts of searches. */
  atTheEnd(): void;
  /** Ends all weaknesses. */
  reset(): void;
};

type World = { random: () => number; otherOrganizationId: string; crowd: ReadonlySet<string> };

export function weaken(emulator: Emulator, weak: Weaknesses, world: World): WeakStytch {
  const { random } = world;
  const { switches, faults, webhooks, clock } = emulator;
  const failing = new Map<string, () => void>();
  const reset = () => {
    faults.reset();
    Object.assign(switches, defaultSwitches());
  };
  reset();
  Object.assign(switches, switchesFor(weak));
  if (weak.lag) faults.searchLagMs = lagFor(weak.lag, random);
  if (weak.cursors) faults.searchCursors = weak.cursors;
  if (weak.timeouts) faults.searchTimeout = timeoutFor(weak.timeouts, world.otherOrganizationId);
  if (weak.listing) omitFromListings(emulator, weak.listing.share, world);
  if (weak.times) {
    webhooks.faults.clockSkewMs = weak.times.skewMs;
    webhooks.faults.eventTime = eventTimesFor(weak.times.oddShare, random);
  }
  const getIsBack = weak.times?.getIsAway ? faults.failWhile('members.dangerouslyGet', '500') : () => {};
  return {
    reset,
    halfTime: () => {
      faults.searchCursors = 'onward';
    },
    met: (who, memberId) => {
      if (!weak.get?.who.includes(who) || failing.has(memberId)) return;
      const { status, errorType: error_type } = weak.get;
      failing.set(memberId, faults.failWhile('members.dangerouslyGet', { status, error_type }, { memberId }));
    },
    atTheEnd: () => {
      faults.searchTimeout = null;
    },
    beforeTheEnd: () => {
      for (const end of [getIsBack, ...failing.values()]) end();
      Object.assign(switches, { searchOmits: [], searchGroupNames: 'current' });
      clock.advance(longestLagMs + 1);
    },
  };
}

function switchesFor(weak: Weaknesses): Partial<Switches> {
  const { view, names, ends, caps, reactivation, active } = weak;
  return {
    ...(view && { searchOmits: view }),
    ...(names && { searchGroupNames: 'untilTouched' as const }),
    ...(ends && { endOfList: ends.endOfList, emptyList: ends.emptyList, searchTotals: ends.totals }),
    ...(caps && {
      searchMaxMemberIds: caps.ids,
      searchMaxOrganizations: caps.organizations,
      searchMaxErrorType: caps.errorType,
    }),
    ...(reactivation && { reactivationOfUnverified: reactivation }),
    // A member that is only inactive for the IdP keeps the sessions.
    ...(weak.sessions && { deactivatedStatus: 'active' as const }),
    ...active,
    ...(weak.organization && { deletedMembersNameOrganization: false }),
    ...(weak.times?.nanoseconds && { eventTimestamps: 'nanoseconds' as const }),
    ...(weak.lists && { membershipEvents: 'list' as const }),
  };
}

function lagFor({ kind, fromMs, toMs }: NonNullable<Weaknesses['lag']>, random: () => number) {
  if (kind === 'always') return toMs;
  return kind === 'jittery' ? jittery(fromMs, toMs, random) : replicas([0, fromMs, toMs], random);
}

function omitFromListings({ faults }: Emulator, share: number, { crowd, random }: World): void {
  const omitted = new Set([...crowd].filter(() => random() < share));
  faults.omitFromListing(({ member_id }) => omitted.has(member_id));
}

function timeoutFor({ status, of }: NonNullable<Weaknesses['timeouts']>, otherOrganizationId: string): SearchTimeout {
  if (of === 'organizations') return { status, moreOrganizationsThan: 1 };
  return of === 'ids' ? { status, moreIdsThan: 5 } : { status, withOrganization: otherOrganizationId };
}

function eventTimesFor(oddShare: number, random: () => number) {
  const odd = ['zero', 'year9999', { aheadMs: 3 * 3_600_000 }] as const;
  return () => (random() < oddShare ? (odd[Math.floor(random() * odd.length)] ?? 'real') : 'real');
}
