import fc from 'fast-check';
import type { SearchOmission } from '../emulator/switches.js';
import { longestLagMs } from './compressed.js';

/** The weaknesses of Stytch in a history, compared with its documents. Null: without this weakness. */
export type Weaknesses = {
  /** Search lags: by a constant time, by a random time for each search, or by the lag of the replica that answers. */
  lag: { kind: 'always' | 'jittery' | 'replicas'; fromMs: number; toMs: number } | null;
  /** Search omits fields that get shows. */
  view: SearchOmission[] | null;
  /** Search shows a renamed group's old name until the member itself changes. */
  names: boolean | null;
  /** Listings omit some members that are found by id. */
  listing: { share: number } | null;
  /** The form of the end of a list, and of an empty list. */
  ends: { endOfList: 'empty' | 'missing' | 'noMetadata'; emptyList: '[]' | 'null' | 'missing'; totals: boolean } | null;
  /** Cursors that repeat, in the first half of the history. */
  cursors: 'repeat' | 'circle' | null;
  /** A search accepts fewer ids or organizations. */
  caps: { ids: number; organizations: number; errorType: string } | null;
  /** Searches with too many ids or organizations, or with one other team, time out. */
  timeouts: { status: number; of: 'organizations' | 'ids' | 'team' } | null;
  /** A leaver can't come back, or gets a new member. */
  reactivation: 'refused' | 'newMember' | null;
  /** Get fails for some people, until shortly before the end. */
  get: { who: number[]; status: number; errorType: string } | null;
  /** Members may have an undocumented status. */
  status: boolean | null;
  /** Deleted members have no organization. */
  organization: boolean | null;
  /** Events have impossible times, or the sender's clock is wrong. Get may be unavailable at the same time. */
  times: { nanoseconds: boolean; skewMs: number; oddShare: number; getIsAway: boolean } | null;
  /** How Stytch says that a member is inactive for the IdP, and the member's status then. */
  active: { deactivatedStatus: 'deleted' | 'deactivated' | 'active'; inactiveAs: unknown } | null;
  /** Group events list the current members of the group. */
  lists: boolean | null;
  /** All people have the same external id. */
  externalIds: boolean | null;
  /** People are signed in, and Stytch does not end their sessions itself. */
  sessions: boolean | null;
};

export type Weakness = keyof Weaknesses;

const yes = fc.constant(true);
const lagMs = fc.integer({ min: 1, max: longestLagMs });

const arbitraries: { [name in Weakness]: fc.Arbitrary<NonNullable<Weaknesses[name]>> } = {
  lag: fc
    .record({ kind: fc.constantFrom('always' as const, 'jittery' as const, 'replicas' as const), a: lagMs, b: lagMs })
    .map(({ kind, a, b }) => ({ kind, fromMs: Math.min(a, b), toMs: Math.max(a, b) })),
  view: fc.subarray<SearchOmission>(['registration', 'scimRoles', 'groups', 'groupDisplay', 'roles'], { minLength: 1 }),
  names: yes,
  listing: fc.record({ share: fc.constantFrom(0.1, 0.5, 1) }),
  ends: fc
    .record({
      endOfList: fc.constantFrom('empty' as const, 'missing' as const, 'noMetadata' as const),
      emptyList: fc.constantFrom('[]' as const, 'null' as const, 'missing' as const),
      totals: fc.boolean(),
    })
    // An answer with neither members nor metadata is not an answer.
    .map((ends) => (ends.endOfList === 'noMetadata' ? { ...ends, emptyList: '[]' as const } : ends)),
  cursors: fc.constantFrom('repeat' as const, 'circle' as const),
  caps: fc.record({
    ids: fc.integer({ min: 1, max: 10 }),
    organizations: fc.integer({ min: 1, max: 2 }),
    errorType: fc.constantFrom(
      'user_search_maximum_filter_value_count_exceeded',
      'member_search_too_many_organization_ids',
      'bad_request',
    ),
  }),
  timeouts: fc.record({
    status: fc.constantFrom(400, 408, 500, 504),
    of: fc.constantFrom('organizations' as const, 'ids' as const, 'team' as const),
  }),
  reactivation: fc.constantFrom('refused' as const, 'newMember' as const),
  get: fc.record({
    who: fc.subarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
    status: fc.constantFrom(400, 402, 404, 500),
    errorType: fc.constantFrom('member_does_not_exist_in_organization', 'organization_suspended'),
  }),
  status: yes,
  organization: yes,
  times: fc.record({
    nanoseconds: fc.boolean(),
    skewMs: fc.constantFrom(0, 0, -240_000, -40_000, 40_000, 240_000),
    oddShare: fc.constantFrom(0, 0.3, 1),
    getIsAway: fc.boolean(),
  }),
  active: fc.oneof(
    fc.record({
      deactivatedStatus: fc.constant('active' as const),
      inactiveAs: fc.constantFrom<unknown>(false, 'False', 0, '0', 'no', { value: false }),
    }),
    fc.record({
      deactivatedStatus: fc.constantFrom('deleted' as const, 'deactivated' as const),
      inactiveAs: fc.constantFrom<unknown>('False', 0, '0', 'no', { value: false }, undefined),
    }),
  ),
  lists: yes,
  externalIds: yes,
  sessions: yes,
};

export const weaknessNames = Object.keys(arbitraries) as Weakness[];

/** A third of the histories has each of them. Two thirds have a lag, because most problems follow from it. */
export const weaknesses: fc.Arbitrary<Weaknesses> = fc.record(
  Object.fromEntries(
    weaknessNames.map((name) => [
      name,
      fc.oneof(
        { weight: name === 'lag' ? 1 : 2, arbitrary: fc.constant(null) },
        { weight: name === 'lag' ? 2 : 1, arbitrary: arbitraries[name] as fc.Arbitrary<unknown> },
      ),
    ]),
  ),
) as fc.Arbitrary<Weaknesses>;

/**
 * The weaknesses that histories may have: `all`, `none`, some (`lag,get`), or all but some (`-lag,-get`). The rest of a history
 * stays the same.
 */
export function chosenWeaknesses(text = 'all'): ReadonlySet<Weakness> {
  const words = text.split(',').map((word) => word.trim());
  const unknown = words.filter((word) => !/^(all|none)$/.test(word) && !isWeakness(word.replace(/^-/, '')));
  if (unknown.length > 0) throw new Error(`No weakness: ${unknown.join()}. There are ${weaknessNames.join()}.`);
  const excluded = new Set(words.filter((word) => word.startsWith('-')).map((word) => word.slice(1)));
  const isOnlyExclusion = excluded.size === words.length;
  return new Set(
    weaknessNames.filter(
      (name) => !excluded.has(name) && (isOnlyExclusion || words.includes('all') || words.includes(name)),
    ),
  );
}

function isWeakness(word: string): boolean {
  return weaknessNames.some((name) => name === word);
}
