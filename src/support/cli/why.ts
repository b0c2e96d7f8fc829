import { timeText } from '../../text/time.js';
import { causeText, eventText, personFacts } from '../why/facts.js';
import { why as askWhy, nothingMissing, notLookedAtText, type Person } from '../why/why.js';
import { factLines } from './table.js';
import { oneWord, type Verb } from './verb.js';

/** The answer to a customer's letter. */
export const why: Verb = {
  name: 'why',
  usage: '<email>',
  summary: 'Why somebody has or lacks access: everything on one screen.',
  help: `What is wrong, why, and the command that repairs it; the user in Scanner and the member in Stytch now; what the IdP says;
each grant with the event, sweep or back-fill that caused it; and the last events with their lag. Changes nothing; the look is
in read_log. A user id or a Stytch member id is accepted, too.

  --team <team>    only in this team

Example:
  npm run support -- why alice@acme.example`,
  options: { team: { type: 'string' } },
  words: oneWord,
  run: async ({ parts, words: [who = ''], option, reader }) => {
    const answer = await askWhy(parts, { who, team: option('team') ?? null, reader });
    const warnings = [answer.stytchProblem, notLookedAtText(answer)].filter((text) => text !== null);
    return { json: answer, text: [...answer.people.map(personText), ...warnings].join('\n\n') };
  },
};

/** What is wrong comes first, because it is the answer. */
function personText(person: Person): string {
  const { missing, grants, grantsTotal, losses, events } = person;
  const more = grantsTotal - grants.length;
  return [
    missing.length === 0 ? nothingMissing.toUpperCase() : 'WHAT IS WRONG',
    ...missing.flatMap(({ message, next }) => [`  ✗ ${message}`, `    → ${next}`]),
    'NOW',
    ...factLines(personFacts(person)),
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

function orNone(lines: string[]): string[] {
  return lines.length === 0 ? ['  none'] : lines;
}
