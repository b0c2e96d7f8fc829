import type { RoleValue } from '../../directory/role-values.js';
import type { FailedJob } from '../../replay/job-filter.js';
import type { PlannedChange } from '../../replay/preview-members.js';
import { durationText, timeText } from '../../text/time.js';
import { changesText } from '../failed/change-text.js';
import type { FoundTeam } from '../find-team.js';
import type { FoundUser } from './find-people.js';

/** Everything that is known of one person. `why` decides from this alone. */
export type WhyFacts = {
  team: FoundTeam | null;
  /** The member's organization; the team's, where there is a team. */
  organizationId: string | null;
  user: FoundUser | null;
  memberId: string | null;
  stytch: StytchAnswer;
  /** The IdP's roles and groups as Scanner has stored them. */
  values: RoleValue[];
  /** The first grants, and the number of all. */
  grants: Grant[];
  grantsTotal: number;
  /** Names of the team's roles, scim and other. */
  roles: string[];
  /** Roles that synchronisation took away and that the person does not hold today: the latest loss of each. */
  losses: (Cause & { role: string })[];
  events: PastEvent[];
  failedJobs: FailedJob[];
  held: { id: string; since: string } | null;
  /** Several members have had the user's external id at the same time. */
  hasSharedExternalId: boolean;
  /** Since when this leaver's sessions wait to be revoked, and the number of tries. */
  sessionsPending: { since: string; tries: number } | null;
  /** Since when the team's IdP has been silent, if it is. */
  quietSince: string | null;
  /** The name of the team's identity provider, where that is known. */
  identityProvider?: string | null;
  /** What reading the person now would change, or why that is unknown. */
  pending: { changes: PlannedChange[] } | { why: string };
};

export type StytchAnswer =
  | { says: 'active'; status: string; values: RoleValue[]; externalId: string | null }
  /** `isSwitchedOff`: by the IdP's own flag. */
  | { says: 'gone'; status: string; isSwitchedOff?: boolean }
  | { says: 'not found' }
  | { says: 'no member' }
  | { says: 'unknown'; why: string };

/** The hint, sweep, back-fill or replay that caused a grant or a loss. */
export type Cause = { at: string; trigger: string; eventType: string | null; svixId: string | null };
export type Grant = { role: string; source: string; grantedAt: string; cause: Cause | null };
export type PastEvent = Cause & { outcome: string; changes: unknown; lagSeconds: number | null };

/** What the command line and the page say about a person. Pure. */
export function personFacts({ user, team, memberId, stytch, values }: WhyFacts): [string, string][] {
  const listed = (list: readonly RoleValue[]) => list.map(({ value, via }) => `${value} (${via})`).join(', ') || 'none';
  return [
    ['In Scanner', user === null ? 'no user' : userText(user)],
    ['Team', team === null ? 'none' : `${team.name} (${team.id})${team.enabled ? '' : ', SCIM not switched on'}`],
    ['Shows Stytch as of', user?.observedAt ? `${timeText(user.observedAt)} UTC` : 'never read'],
    ['In Stytch now', stytchText(stytch)],
    ['Stytch member', memberId ?? 'none'],
    ['External id', user?.externalId ?? 'none'],
    ['IdP values in Scanner', listed(values)],
    ['IdP says now', stytch.says === 'active' ? listed(stytch.values) : '—'],
  ];
}

/** Says plainly that the identity provider has switched the person off; null if it has not. Pure. */
export function switchedOffText({ stytch, user, identityProvider }: WhyFacts): string | null {
  const idp = identityProvider ?? 'the identity provider';
  const gone = goneText(stytch, idp);
  if (gone === null || user?.status !== 'deactivated') return gone;
  const on = user.deactivatedAt === null ? '' : ` on ${timeText(user.deactivatedAt)} UTC`;
  return `${gone} Scanner took their access away${on}. To give it back, the customer assigns them to Scanner in ${idp} again.`;
}

function goneText(stytch: StytchAnswer, idp: string): string | null {
  const Idp = `${idp[0]?.toUpperCase()}${idp.slice(1)}`;
  if (stytch.says === 'not found') {
    return `Stytch does not know this person any more: ${idp} has removed them, or somebody deleted the member in Stytch.`;
  }
  if (stytch.says !== 'gone') return null;
  if (stytch.isSwitchedOff) return `${Idp} has switched this person off (active is false).`;
  return `Stytch says that the member is ${stytch.status}: ${idp} has removed this person, or somebody deleted the member in Stytch.`;
}

function userText({ id, name, email, status, deactivatedAt }: FoundUser): string {
  const since = status === 'active' ? '' : ` since ${timeText(deactivatedAt)}`;
  return `${status}${since}: ${name} <${email}> (user ${id})`;
}

function stytchText(stytch: StytchAnswer): string {
  switch (stytch.says) {
    case 'active':
      return stytch.status;
    case 'gone':
      return `gone (${stytch.status})`;
    case 'unknown':
      return `unknown: ${stytch.why}`;
    case 'not found':
      return 'Stytch does not know it';
    default:
      return 'no member is linked';
  }
}

/** `, by hint: scim.member.create msg_1`. Pure. */
export function causeText(cause: Cause | null): string {
  if (cause === null) return '';
  const event = [cause.eventType, cause.svixId].filter((part) => part !== null).join(' ');
  return `, by ${cause.trigger}${event === '' ? '' : `: ${event}`}`;
}

/** `scim.member.update → changed, 0.84 s after it was sent: +grant scim:analyst`. Pure. */
export function eventText({ trigger, eventType, outcome, changes, lagSeconds }: PastEvent): string {
  const what = changesText(Array.isArray(changes) ? changes : []);
  const lag = lagSeconds === null ? '' : `, ${durationText(lagSeconds)} after it was sent`;
  return `${eventType ?? trigger} → ${outcome}${lag}${what === '' ? '' : `: ${what}`}`;
}
