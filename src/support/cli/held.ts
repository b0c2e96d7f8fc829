import { discardHeld, type HoldSummary, heldChanges, heldPage, shareText } from '../../sync/holds/holds.js';
import { previewRelease, releaseHeld } from '../../sync/holds/release-hold.js';
import { pluralize } from '../../text/pluralize.js';
import { timeText } from '../../text/time.js';
import { namesOf, nameText, personText, teamText } from '../names.js';
import type { SupportParts } from '../parts.js';
import { jsonPieces } from './pieces.js';
import { factLines, table } from './table.js';
import { oneWord, type Verb, type VerbAnswer, type VerbInput } from './verb.js';

/** The three verbs about deactivations that wait for a person. */
export const held: Verb = {
  name: 'held',
  usage: '',
  summary: 'Deactivations that wait for your decision.',
  help: `A user who is missing from a complete sweep is deactivated. If one sweep would deactivate more than max(10, 10 %) of the
team's active users, all of them are held, because absence is weak evidence. Ask the customer, then
  discard <id>   they are there: leave them as they are
  release <id>   they have left: deactivate them. --dry-run asks Stytch about each first, and changes nothing`,
  run: async ({ parts, width, asJson }) => {
    if (asJson) return { pieces: jsonPieces({ held: heldChanges(parts) }), exit: () => 0 };
    const { holds, total } = await heldPage(parts);
    const more = total > holds.length ? [`The oldest ${holds.length} of ${total}. All: --json.`] : [];
    const text = [...holds.map((hold) => holdText(hold, width)), ...more].join('\n\n');
    return { json: undefined, text: total === 0 ? 'Nothing is held.' : text };
  },
};

function holdText(hold: HoldSummary, width: number): string {
  const { id, teamId, teamName, users, first, since, listedAt, listedMembers } = hold;
  const more = users > first.length ? `, and ${(users - first.length).toLocaleString('en')} more` : '';
  const names = first.map((person) => (person.status === 'removed' ? person.userId : nameText(person)));
  const listing =
    listedAt === null ? 'none yet' : `${timeText(listedAt)} UTC, with ${pluralize(listedMembers ?? 0, 'member')}`;
  const facts: [string, string][] = [
    ['Team', `${teamName} (${teamId})`],
    ['Missing', shareText(hold)],
    ['Since', `${timeText(since)} UTC`],
    ['Last complete listing', listing],
    ['Who', `${names.join(', ')}${more}`],
  ];
  return [`Hold ${id}`, ...factLines(facts, width)].join('\n');
}

export const release: Verb = {
  name: 'release',
  usage: '<hold> [--dry-run]',
  summary: 'Deactivate the users of a hold, each confirmed by Stytch.',
  help: `Asks Stytch directly about each user first. Users who are active there are skipped, and so are users who were read after
the sweep that held them. If Stytch does not answer, nothing is done. A second release says that it is done already.

  --dry-run        ask Stytch about each user, say who would be deactivated, and change nothing

Examples:
  npm run support -- release 7b1c... --dry-run
  npm run support -- release 7b1c... --reason "customer confirmed, ticket 4711"`,
  options: { 'dry-run': { type: 'boolean' } },
  isAct: true,
  words: oneWord,
  run: async (input) => {
    const [id = ''] = input.words;
    if (input.flag('dry-run')) {
      const planned = await previewRelease(input.parts, id);
      const right = planned.plan.filter(({ result }) => result === 'already right').length;
      const sum = `${planned.plan.length - right} would be deactivated, ${right} already right, ${planned.skipped.length} skipped. Nothing was changed.`;
      return releaseAnswer(input, planned, planned.plan, sum);
    }
    const released = await releaseHeld(input.parts, id, input.act());
    const sum = `${released.released.length} released, ${released.skipped.length} skipped. The hold is closed.`;
    return releaseAnswer(input, released, released.released, sum);
  },
};

type Outcome = { teamId: string; skipped: { userId: string; why: string }[] };

async function releaseAnswer(
  { parts, asJson, width }: VerbInput,
  answer: Outcome,
  done: readonly { userId: string; result: string }[],
  sum: string,
): Promise<VerbAnswer> {
  const exit = answer.skipped.length > 0 ? 3 : 0;
  if (asJson) return { json: answer, text: '', exit };
  const rows = [
    ...done.map(({ userId, result }) => [userId, result]),
    ...answer.skipped.map(({ userId, why }) => [userId, `skipped: ${why}`]),
  ];
  const text = `${rows.length === 0 ? '' : `${await namedTable(parts, rows, width)}\n`}${await teamOf(parts, answer.teamId)}: ${sum}`;
  return { json: answer, text, exit };
}

/** Names are looked up for so many users at a time. */
const namesAtOnce = 1_000;

async function namedTable({ database }: SupportParts, rows: readonly string[][], width: number): Promise<string> {
  const named: string[][] = [];
  for (let i = 0; i < rows.length; i += namesAtOnce) {
    const some = rows.slice(i, i + namesAtOnce);
    const names = await namesOf(database, { people: some.map(([userId = '']) => userId) });
    named.push(...some.map(([userId = '', result = '']) => [personText(names, userId), result]));
  }
  return table(['USER', 'RESULT'], named, width);
}

async function teamOf({ database }: SupportParts, teamId: string): Promise<string> {
  return teamText(await namesOf(database, { teams: [teamId] }), teamId);
}

export const discard: Verb = {
  name: 'discard',
  usage: '<hold>',
  summary: 'Leave the users of a hold as they are.',
  help: `They stay active. They are held again only if a sweep sees them first and a later one misses them.

Example:
  npm run support -- discard 7b1c... --reason "Stytch had an outage, ticket 4711"`,
  isAct: true,
  words: oneWord,
  run: async ({ parts, words: [id = ''], act }) => {
    const answer = await discardHeld(parts, id, act());
    const kept = pluralize(answer.discarded.length, 'user stays as it is', 'users stay as they are');
    return { json: answer, text: `${await teamOf(parts, answer.teamId)}: ${kept}. The hold is closed.` };
  },
};
