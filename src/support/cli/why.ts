import { timeText } from '../../text/time.js';
import { nameText } from '../names.js';
import type { Finding } from '../why/diagnose.js';
import { causeText, eventText, personFacts } from '../why/facts.js';
import { why as askWhy, findingsOf, nothingMissing, notLookedAtText, type Person, type Why } from '../why/why.js';
import { factLines, table, wrapped } from './table.js';
import { oneWord, type Verb } from './verb.js';

/** The answer to a customer's letter. */
export const why: Verb = {
  name: 'why',
  usage: '<who>',
  summary: 'Why somebody has or lacks access: everything on one screen.',
  help: `What is wrong, why, and the command that repairs it; the user in Scanner and the member in Stytch now; what the IdP says;
each grant with the event, sweep or back-fill that caused it; and the last events with their lag. Changes nothing; the look is
in read_log. A user id, a Stytch member id or an external id is accepted, too. Several people who match a part of a name or an
e-mail are listed.

  --team <team>    only in this team

Examples:
  npm run support -- why alice@acme.example
  npm run support -- why alice --team "Acme"`,
  options: { team: { type: 'string' } },
  words: oneWord,
  run: async ({ parts, words: [who = ''], option, width, reader }) => {
    const answer = await askWhy(parts, { who, team: option('team') ?? null, reader });
    const warnings = [answer.stytchProblem, notLookedAtText(answer)].filter((text) => text !== null);
    const people = answer.people.map((person) => personText(person, width));
    const list = answer.matches.length > 0 ? [matchesText(answer, width)] : [];
    const text = [...list, ...people, ...warnings].join('\n\n');
    return { json: answer, text, exit: answer.matches.length > 0 ? 3 : 0 };
  },
};

function matchesText({ who, matches, matchesAreMore }: Why, width: number): string {
  const rows = matches.map((match) => {
    const team = match.team === null ? 'no team' : `${match.team.name} (${match.team.id})`;
    return [match.id, match.status, nameText(match), team];
  });
  const more = matchesAreMore ? ' There are more: type more of the name, or --team.' : '';
  return `Several people match ${who}. Ask again with one of these ids.${more}

${table(['PERSON', 'STATUS', 'NAME', 'TEAM'], rows, width)}`;
}

/** What is wrong comes first, because it is the answer. */
function personText(person: Person, width: number): string {
  const { switchedOff, grants, grantsTotal, losses, events } = person;
  const { wrong, notes } = findingsOf(person);
  const more = grantsTotal - grants.length;
  return [
    wrong.length === 0 ? nothingMissing.toUpperCase() : 'WHAT IS WRONG',
    ...wrong.flatMap((finding) => findingLines('✗', finding, width)),
    ...(switchedOff === null ? [] : wrapped(`  ${switchedOff}`, width)),
    ...(notes.length === 0 ? [] : ['WORTH KNOWING']),
    ...notes.flatMap((finding) => findingLines('!', finding, width)),
    'NOW',
    ...factLines(personFacts(person), width),
    'GRANTS',
    ...orNone(
      grants.map(
        ({ role, source, grantedAt, cause }) =>
          `  ${role}  (${source})  since ${timeText(grantedAt)}${causeText(cause)}`,
      ),
    ),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(losses.length === 0 ? [] : ['LOST']),
    ...losses.map((loss) => `  ${loss.role}  at ${timeText(loss.at)}${causeText(loss)}`),
    'LAST EVENTS',
    ...orNone(events.map((event) => `  ${timeText(event.at)}  ${eventText(event)}`)),
  ].join('\n');
}

function findingLines(mark: string, { message, next }: Finding, width: number): string[] {
  const [first = '', ...more] = wrapped(message, width - 4);
  return [`  ${mark} ${first}`, ...more.map((line) => `    ${line}`), `    → ${next}`];
}

function orNone(lines: string[]): string[] {
  return lines.length === 0 ? ['  none'] : lines;
}
