/** What a test makes go wrong between Stytch and us. */
import type { CallName } from '../api/call-log.js';
import type { Clock } from '../clock.js';
import type { MemberView } from '../directory/member-view.js';
import { createFailures, type Failures } from './failures.js';
import { createFreezes, type Freezes } from './freezes.js';
import { drawLag, longestLag, type SearchLag } from './search-lag.js';
import { createSearchLimit } from './search-limit.js';
import { givesUp, type SearchExtent, type SearchTimeout } from './search-timeout.js';

export interface FaultSettings {
  /** Answers are held that long and are as old as their request's arrival; a number spares the IdP's side. */
  latencyMs: number | ((call: CallName) => number);
  /** members.search beyond that many per clock minute gets 429. */
  searchesPerMinute: number | null;
  /** Searches answer what was true that long ago; set it before the change. dangerouslyGet is always direct. */
  searchLagMs: SearchLag;
  searchTimeout: SearchTimeout | null;
  /** Where the cursors of a search lead: to its end, to themselves (a, a, …) or round in a circle (a, b, a, b, …). */
  searchCursors: 'onward' | 'repeat' | 'circle';
}

export interface Faults extends FaultSettings, Failures, Freezes {
  /** Search silently leaves these members out, also when asked by id if `byId`; the answer ends it. */
  omitFromListing(predicate: (member: MemberView) => boolean, options?: { readonly byId?: boolean }): () => void;
  reset(): void;
}

/** The faults as the API asks for them. */
export type FaultsInForce = ReturnType<typeof createFaults>;

interface Omission {
  readonly predicate: (member: MemberView) => boolean;
  readonly byId: boolean;
}

export function createFaults(clock: Clock, onReset: () => void) {
  const omissions = new Set<Omission>();
  const { reset: endFailures, ...failures } = createFailures();
  const { reset: endFreezes, hold: holdFrozen, ...freezes } = createFreezes();
  const searchLimit = createSearchLimit(clock);

  const faults = {
    ...failures,
    ...freezes,
    ...calm(),
    omitFromListing(predicate: Omission['predicate'], { byId = false } = {}) {
      const omission = { predicate, byId };
      omissions.add(omission);
      return () => void omissions.delete(omission);
    },
    reset() {
      Object.assign(faults, calm());
      omissions.clear();
      endFailures();
      endFreezes();
      onReset();
    },
    isOmitted: (member: () => MemberView, askedById: boolean) =>
      [...omissions].some((omission) => (omission.byId || !askedById) && omission.predicate(member())),
    isSearchRefused: () => searchLimit.isOver(faults.searchesPerMinute),
    /** The timeout that ends this search, if one does. */
    searchTimeoutOf: (search: SearchExtent) =>
      faults.searchTimeout !== null && givesUp(faults.searchTimeout, search) ? faults.searchTimeout : undefined,
    drawSearchLag: () => drawLag(faults.searchLagMs),
    longestSearchLag: () => longestLag(faults.searchLagMs),
    async hold(call: CallName) {
      await holdFrozen(call);
      const ms = latencyOf(faults.latencyMs, call);
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms).unref());
    },
  };
  return faults;
}

function latencyOf(latencyMs: FaultSettings['latencyMs'], call: CallName): number {
  if (typeof latencyMs === 'function') return latencyMs(call);
  return call === 'scim.protocol' ? 0 : latencyMs;
}

const calm = (): FaultSettings => ({
  latencyMs: 0,
  searchesPerMinute: null,
  searchLagMs: 0,
  searchTimeout: null,
  searchCursors: 'onward',
});
