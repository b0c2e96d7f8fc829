import type { Change } from './change.js';
import type { Instant } from './instant.js';
import type { DirectoryMember } from './member.js';
import type { LookBecause, MemberPlan } from './member-plan.js';
import { type CurrentUser, isSuperseded, type Reading } from './world.js';

/**
 * May a search alone take a role or an external id from somebody who is there?
 * - `after_event`: it was asked because of an event, which is a second evidence
 * - `never`: no event said that something changed, so a direct look must agree
 * - `always`: it was cross-examined
 */
export type SearchRevokes = 'after_event' | 'never' | 'always';

export type Belief = {
  /** Whose row the plan would change; null if it makes one. */
  user: CurrentUser | null;
  /** When this member, who had no row, was last said to be gone. */
  seenGoneAt: Instant | null;
  searchTakes: SearchRevokes;
};

/** What was planned, if the reading is good enough for it. One that agrees with the row is good enough for anything. */
export function believe(planned: MemberPlan, reading: Reading, { user, seenGoneAt, searchTakes }: Belief): MemberPlan {
  if (planned.decision !== 'write' || planned.changes.length === 0) return planned;
  const { member, isDirect, date } = reading;
  const look = (because: LookBecause): MemberPlan => ({
    decision: 'look',
    memberIds: [member.memberId],
    because,
    user,
  });
  if (user && isSuperseded(user, reading)) {
    return isDirect ? { decision: 'leave', because: 'superseded', user } : look('too_young');
  }
  if (isDirect) return planned;
  const lostLately = [user?.lostAt ?? null, seenGoneAt].some((at) => at !== null && at >= date);
  if (lostLately && planned.changes.some(gives)) return look('gives_back');
  const mayTake = searchTakes === 'always' || (searchTakes === 'after_event' && isComplete(member));
  return mayTake || !isRevoking(reading, planned) ? planned : look('takes');
}

/**
 * Direct looks that one batch may need at once: at ten calls at a time and 150 ms each they take a second. Whose row can't be
 * told is always looked at.
 */
const looksMax = 50;

/** The looks beyond that are left for later: as if a newer reading was there already, which has to be confirmed. */
export function postponed(plans: ReadonlyMap<string, MemberPlan>): Map<string, MemberPlan> {
  let looks = 0;
  return new Map(
    [...plans].map(([memberId, planned]) => {
      if (planned.decision !== 'look' || planned.because === 'undecided' || ++looks <= looksMax)
        return [memberId, planned];
      return [memberId, { decision: 'leave', because: 'superseded', user: planned.user }];
    }),
  );
}

/** True if, by a search, a member who is there would have less than the row says. */
export function isRevoking({ member, isDirect }: Reading, planned: MemberPlan | undefined): boolean {
  if (isDirect || planned === undefined) return false;
  if (planned.decision === 'look') return planned.because === 'takes';
  return planned.decision === 'write' && planned.changes.some((change) => takes(change, member));
}

function isComplete(member: DirectoryMember): boolean {
  return member.presence === 'gone' || member.isComplete;
}

function gives({ type }: Change): boolean {
  return ['user_created', 'user_linked', 'user_reactivated', 'idp_role_value_added', 'role_granted'].includes(type);
}

/** That somebody has left is said explicitly, and is no taking: leavers never wait. */
function takes(change: Change, member: DirectoryMember): boolean {
  if (member.presence === 'gone') return false;
  if (change.type === 'user_updated') return change.fields.includes('externalId') && member.externalId === null;
  return change.type === 'idp_role_value_removed' || change.type === 'role_revoked';
}

/** A change after which the user has less than before. */
export function revokesAccess({ type }: Change): boolean {
  return type === 'user_deactivated' || type === 'idp_role_value_removed' || type === 'role_revoked';
}
