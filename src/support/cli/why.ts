import { durationText, timeText } from '../../text/time.js';
import { changesText } from '../failed/change-text.js';
import type { Cause, PastEvent } from '../why/facts.js';
import { why as askWhy, type Why } from '../why/why.js';
import type { Command } from './command.js';

export const why: Command = {
  name: 'why',
  usage: '<email>',
  summary: 'Why somebody has or lacks access: everything on one screen.',
  help: `The user in Scanner and in Stytch now; what the IdP says and where each value came from; each grant and the event,
sweep or back-fill that caused it; the last events with their lag; and what is missing, why, and the command that cures it.
Changes nothing. A user id or a Stytch member id will do too.

  --team <team>   only in this team

Example:
  npm run support -- why alice@acme.example`,
  options: { team: { type: 'string' } },
  positionals: { min: 1, max: 1 },
  run: async ({ parts, positionals: [who = ''], option }) => {
    const answer = await askWhy(parts, who, option('team') ?? null);
    const problem = answer.stytchProblem === null ? [] : [answer.stytchProblem];
    const unknown = answer.failedJobsNotLookedAt;
    const failed = unknown === 0 ? [] : [`The oldest ${unknown} failed jobs were not looked at: there are too many.`];
    return { json: answer, text: [...answer.people.map(personText), ...problem, ...failed].join('\n\n') };
  },
};

type Person = Why['people'][number];

function personText(person: Person): string {
  return [
    ...missingLines(person),
    'SCANNER',
    ...scannerLines(person),
    'STYTCH NOW',
    ...stytchLines(person),
    'IDP VALUES',
    ...orNone(person.values.map(({ value, via }) => `  ${value}  (${via})`)),
    'GRANTS',
    ...orNone(
      person.grants.map(
        ({ role, source, grantedAt, cause }) =>
          `  ${role}  (${source})  since ${timeText(grantedAt)}${causeText(cause)}`,
      ),
    ),
    ...(person.grantsTotal > person.grants.length ? [`  and ${person.grantsTotal - person.grants.length} more`] : []),
    ...(person.losses.length === 0 ? [] : ['LOST']),
    ...person.losses.map((loss) => `  ${loss.role}  at ${timeText(loss.at)}${causeText(loss)}`),
    'LAST EVENTS',
    ...orNone(person.events.map(eventText)),
  ].join('\n');
}

/** First, because it is the answer. */
function missingLines({ missing }: Person): string[] {
  if (missing.length === 0) return ['NOTHING IS MISSING: Scanner shows what the directory says.', ''];
  return ['WHAT IS WRONG', ...missing.flatMap(({ message, next }) => [`  ✗ ${message}`, `    → ${next}`]), ''];
}

function scannerLines({ user, team }: Person): string[] {
  const where =
    team === null ? 'no team' : `team ${team.name} (${team.id})${team.enabled ? '' : ', SCIM not switched on'}`;
  if (user === null) return [`  no user; ${where}`];
  const { id, email, name, status, observedAt, deactivatedAt } = user;
  return [
    `  ${status === 'active' ? 'active' : `deactivated since ${timeText(deactivatedAt)}`}: ${name} <${email}>`,
    `  user ${id}, ${where}`,
    `  shows what Stytch said at ${timeText(observedAt)} UTC`,
  ];
}

function stytchLines({ stytch, memberId }: Person): string[] {
  const member = memberId === null ? '' : `  member ${memberId}`;
  switch (stytch.says) {
    case 'active': {
      const values = stytch.values.map(({ value, via }) => `${value} (${via})`).join(', ');
      return [`${member}: ${stytch.status}`, `  the IdP says: ${values === '' ? 'no roles and no groups' : values}`];
    }
    case 'gone':
      return [`${member}: gone (${stytch.status})`];
    case 'not found':
      return [`${member}: Stytch does not know it`];
    case 'no member':
      return ['  no member is linked'];
    default:
      return [`${member}: unknown, ${stytch.why}`];
  }
}

function causeText(cause: Cause | null): string {
  if (cause === null) return '';
  const event = [cause.eventType, cause.svixId].filter((part) => part !== null).join(' ');
  return `, by ${cause.trigger}${event === '' ? '' : `: ${event}`}`;
}

function eventText({ at, trigger, eventType, outcome, changes, lagSeconds }: PastEvent): string {
  const what = changesText(Array.isArray(changes) ? changes : []);
  const lag = lagSeconds === null ? '' : `, ${durationText(lagSeconds)} after it was sent`;
  return `  ${timeText(at)}  ${eventType ?? trigger} → ${outcome}${lag}${what === '' ? '' : `: ${what}`}`;
}

function orNone(lines: string[]): string[] {
  return lines.length === 0 ? ['  none'] : lines;
}
