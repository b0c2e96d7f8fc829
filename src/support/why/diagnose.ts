import { roleMatcher } from '../../directory/role-matching.js';
import { scimRoleName } from '../../directory/world.js';
import { pluralize } from '../../text/pluralize.js';
import type { WhyFacts } from './facts.js';

/**
 * A reason why the person's access is wrong, and what to do about it. `note`: worth knowing, but the access may be right.
 */
export type Finding = { code: FindingCode; kind: 'wrong' | 'note'; message: string; next: string; jobId?: string };
export type FindingCode =
  | 'unknown_team'
  | 'team_not_enabled'
  | 'no_member'
  | 'stytch_unknown'
  | 'out_of_date'
  | 'failed_job'
  | 'held'
  | 'shared_external_id'
  | 'sessions_pending'
  | 'near_miss'
  | 'no_such_role'
  | 'quiet_team'
  | 'not_in_directory';

/** What is wrong, and why, the worst first. Pure. */
export function diagnose(facts: WhyFacts): Finding[] {
  return [
    ...aboutTeam(facts),
    ...aboutStytch(facts),
    ...aboutUser(facts),
    ...aboutFailures(facts),
    ...aboutDrift(facts),
    ...aboutRoles(facts),
    ...aboutSilence(facts),
  ];
}

function aboutTeam({ team, organizationId }: WhyFacts): Finding[] {
  if (team === null) {
    const message = `Scanner has no team for the Stytch organization ${organizationId ?? '(unknown)'}, so nobody in it has access.`;
    return [finding('unknown_team', message, 'Set stytch_organization_id of the right team; the next sweep reads it.')];
  }
  if (team.enabled) return [];
  const message = 'SSO and SCIM are not switched on for the team: no sweep reads it, and only webhooks change it.';
  return [finding('team_not_enabled', message, `npm run support -- enable ${team.id} --reason "…"`)];
}

function aboutStytch({ stytch, user, memberId }: WhyFacts): Finding[] {
  if (stytch.says === 'unknown') {
    const next = 'Try again in a minute; `doctor` checks whether Stytch and its credentials work.';
    return [finding('stytch_unknown', `Stytch could not be asked about the member: ${stytch.why}`, next)];
  }
  if (stytch.says === 'no member') {
    const message = `The user (${user?.status}) is not linked to a Stytch member, so no directory decides about it.`;
    const next = 'Have the IdP provision the person; the e-mail links them. Or remove it by hand.';
    return [finding('no_member', message, next)];
  }
  if (stytch.says === 'active' || user?.status !== 'active') return [];
  const words = stytch.says === 'gone' ? `says that the member is ${stytch.status}` : 'does not know the member';
  const message = `Stytch ${words}, but the user is still active and can sign in and search.`;
  return [finding('not_in_directory', message, `npm run support -- resync --user ${memberId} --reason "…"`)];
}

function aboutUser({ held, sessionsPending, hasSharedExternalId }: WhyFacts): Finding[] {
  const findings: Finding[] = [];
  if (held !== null) {
    const message = `The deactivation is held since ${held.since}: one sweep missed too many users at once to believe it.`;
    const next = `npm run support -- release ${held.id} --reason "…" (or discard ${held.id})`;
    findings.push(finding('held', message, next));
  }
  // Only when a try has failed. The first one is made within seconds.
  if (sessionsPending !== null && sessionsPending.tries > 0) {
    const { since, tries } = sessionsPending;
    const message = `Stytch has not ended the person's sessions yet, since ${since} (${pluralize(tries, 'try', 'tries')}). They can do nothing in Scanner.`;
    const next = 'Workers try again; `doctor` checks whether Stytch can be reached.';
    findings.push(finding('sessions_pending', message, next));
  }
  if (hasSharedExternalId) {
    const message =
      'Several people of the team have had the same external id at once, so it identifies nobody. A person who returns with it as a new member gets a new user.';
    const next = 'Have the customer map an attribute that is unique to externalId in the IdP (in Entra: objectId).';
    findings.push(finding('shared_external_id', message, next));
  }
  return findings;
}

function aboutFailures({ failedJobs }: WhyFacts): Finding[] {
  return failedJobs.map(({ id, eventType, failedAt, error }) => ({
    ...finding(
      'failed_job',
      `A ${eventType} failed for good on ${failedAt}: ${error}`,
      `npm run support -- replay ${id} --dry-run, then npm run support -- replay ${id} --reason "…"`,
    ),
    jobId: id,
  }));
}

function aboutDrift({ pending, memberId, stytch }: WhyFacts): Finding[] {
  if ('why' in pending || pending.changes.length === 0 || stytch.says !== 'active') return [];
  const message = `Scanner is behind Stytch by ${pluralize(pending.changes.length, 'change')}; reading the member now brings it up to date.`;
  return [finding('out_of_date', message, `npm run support -- resync --user ${memberId} --reason "…"`)];
}

/** Some people are in 500 groups. What is wrong with twenty names is wrong with the rest. */
const valuesExplained = 20;

/** From what the IdP says today, if that is known, else from what Scanner has stored. */
function aboutRoles({ stytch, values, roles, losses, team }: WhyFacts): Finding[] {
  if (team === null) return [];
  const said = stytch.says === 'active' ? stytch.values : values;
  const known = new Set(roles);
  const matchOf = roleMatcher(roles.map((name) => ({ id: name, name })));
  const unmet = [...new Set(said.map(({ value }) => value))].filter((value) => !known.has(scimRoleName(value)));
  const findings = unmet.slice(0, valuesExplained).map((value) => {
    const meant = matchOf(value).nearMiss?.role.name ?? null;
    const lost = losses.find(({ role }) => role === scimRoleName(value));
    return aboutValue(value, meant, lost === undefined ? '' : ` They had it until ${lost.at} (${lost.trigger}).`);
  });
  const more = unmet.length - findings.length;
  if (more === 0) return findings;
  const message = `The IdP says ${pluralize(more, 'more name that is', 'more names that are')} no role of the team.`;
  return [...findings, finding('no_such_role', message, 'Settings > SCIM > Roles of the team lists them all.')];
}

function aboutValue(value: string, meant: string | null, history: string): Finding {
  const name = scimRoleName(value);
  if (meant === null) {
    const next = `If they should have one: create the role ${name} in Scanner. Everybody with the value gets it within a minute.`;
    const found = finding('no_such_role', `The IdP says ${value}, and the team has no role ${name}.${history}`, next);
    return history === '' ? found : { ...found, kind: 'wrong' };
  }
  const message = `The IdP says ${value}; the team's role is called ${meant}, which is not exactly ${name}, and grants nothing.${history}`;
  return finding('near_miss', message, `Rename the role to ${name}, or correct the name in the IdP.`);
}

function aboutSilence({ quietSince }: WhyFacts): Finding[] {
  if (quietSince === null) return [];
  const message = `The team's IdP has been silent since ${quietSince}, longer than ever before.`;
  return [
    finding('quiet_team', message, 'Have the customer look at provisioning in the IdP: errors, an expired token?'),
  ];
}

/** Nobody's access is wrong for these alone. Most groups of an IdP are not meant to be roles; a role that was lost was. */
const notes: readonly FindingCode[] = [
  'no_such_role',
  'no_member',
  'quiet_team',
  'sessions_pending',
  'shared_external_id',
  'stytch_unknown',
];

function finding(code: FindingCode, message: string, next: string): Finding {
  return { code, kind: notes.includes(code) ? 'note' : 'wrong', message, next };
}
