import type { Change } from './change.js';
import type { Instant } from './instant.js';
import type { DirectoryMember } from './member.js';
import type { DirectReadReason, MemberPlan } from './plan-types.js';
import { type CurrentUser, isSuperseded, type Reading } from './world.js';

export type EvidenceContext = {
  /** The user whose row the plan changes; null if the plan creates a row. */
  user: CurrentUser | null;
  /** For a member without a row: when a read or a signed event last said that the member is gone. */
  lastGoneAt: Instant | null;
  /** True if a spot check has confirmed what the search would revoke. */
  isConfirmed: boolean;
};

/**
 * The plan, if the reading is good enough evidence for it. If not, a direct read decides, or the row stays as it is. A plan
 * without changes needs no evidence.
 */
export function checkEvidence(
  planned: MemberPlan,
  reading: Reading,
  { user, lastGoneAt, isConfirmed }: EvidenceContext,
): MemberPlan {
  if (planned.decision !== 'write' || planned.changes.length === 0) return planned;
  const { member, isDirect } = reading;
  const readDirectly = (because: DirectReadReason): MemberPlan => {
    return { decision: 'read_directly', memberIds: [member.memberId], because, user };
  };
  if (user && isSuperseded(user, reading)) {
    return isDirect ? { decision: 'leave', because: 'superseded', user } : readDirectly('row_is_newer');
  }
  if (isDirect) return planned;
  if (planned.changes.some(grantsAccess) && !mayRestore(reading, user, lastGoneAt)) return readDirectly('restores');
  return isConfirmed || !isRevoking(reading, planned) ? planned : readDirectly('revokes');
}

/**
 * True if a search may give access to this member: nothing was revoked since its date. Without the registration a search can't
 * say whether the IdP has deactivated the member, so it reactivates nobody, however old the loss is.
 */
function mayRestore({ member, date }: Reading, user: CurrentUser | null, lastGoneAt: Instant | null): boolean {
  const losses = [user?.lostAt ?? null, lastGoneAt].filter((at) => at !== null);
  const isGone = user === null ? losses.length > 0 : user.status === 'deactivated';
  return losses.every((at) => at < date) && (isComplete(member) || !isGone);
}

/** Direct reads that one part of a sweep may need. Ten run at once and take 150 ms each, so 50 take about a second. */
const directReadsMax = 50;

/**
 * Limits the direct reads of a part of a sweep. A member beyond the limit keeps the row for now: what a search would revoke waits
 * for the next sweep, and the other members are read again soon. The rows with the oldest dates come first, so that each has its
 * turn. Members whose row is undecided are always read directly.
 */
export function limitDirectReads(plans: ReadonlyMap<string, MemberPlan>): Map<string, MemberPlan> {
  const limited = [...plans].flatMap(([memberId, planned]) =>
    planned.decision === 'read_directly' && planned.because !== 'identity' ? [{ memberId, planned }] : [],
  );
  const byDate = limited.sort((a, b) => compareDates(a.planned.user, b.planned.user));
  const kept = byDate.slice(directReadsMax).map(({ memberId, planned }): [string, MemberPlan] => {
    const because = planned.because === 'revokes' ? 'unchanged' : 'superseded';
    return [memberId, { decision: 'leave', because, user: planned.user }];
  });
  return new Map([...plans, ...kept]);
}

function compareDates(a: CurrentUser | null, b: CurrentUser | null): number {
  const [first, second] = [a?.observedAt ?? '', b?.observedAt ?? ''];
  return first < second ? -1 : Number(first > second);
}

/** True if a search says that an active member has less than the row says. */
export function isRevoking({ member, isDirect }: Reading, planned: MemberPlan | undefined): boolean {
  if (isDirect || planned === undefined) return false;
  if (planned.decision === 'read_directly') return planned.because === 'revokes';
  return planned.decision === 'write' && planned.changes.some((change) => revokes(change, member));
}

function isComplete(member: DirectoryMember): boolean {
  return member.presence === 'gone' || member.isComplete;
}

function grantsAccess({ type }: Change): boolean {
  return ['user_created', 'user_linked', 'user_reactivated', 'idp_role_value_added', 'role_granted'].includes(type);
}

/** A member who is gone does not count: Stytch says so explicitly, and a leaver must not wait for a second read. */
function revokes(change: Change, member: DirectoryMember): boolean {
  if (member.presence === 'gone') return false;
  if (change.type === 'user_updated') return change.fields.includes('externalId') && member.externalId === null;
  return change.type === 'idp_role_value_removed' || change.type === 'role_revoked';
}

/** True if the user has less access after the change. */
export function revokesAccess({ type }: Change): boolean {
  return type === 'user_deactivated' || type === 'idp_role_value_removed' || type === 'role_revoked';
}
