import { pluralize } from '../../text/pluralize.js';
import { timeText } from '../../text/time.js';
import { discardHeld, heldChanges, heldPage } from '../held/held.js';
import { releaseHeld } from '../held/release-held.js';
import { jsonPieces } from './pieces.js';
import { table } from './table.js';
import { oneWord, type Verb } from './verb.js';

/** The three verbs about deactivations that wait for a person. */
export const held: Verb = {
  name: 'held',
  usage: '',
  summary: 'Deactivations that wait for your decision.',
  help: `A user who is missing from a complete sweep is deactivated. If one sweep would deactivate more than max(10, 10 %) of the
team's active users, all of them are held, because absence is weak evidence. Ask the customer, then
  release <id>   they have left: deactivate them
  discard <id>   they are there: leave them as they are`,
  run: async ({ parts, width, asJson }) => {
    if (asJson) return { pieces: jsonPieces({ held: heldChanges(parts) }), exit: () => 0 };
    const { holds, total } = await heldPage(parts);
    const rows = holds.map(({ id, teamId, users, since }) => [id, teamId, String(users), timeText(since)]);
    const more = total > holds.length ? `\nThe oldest ${holds.length} of ${total}. All: --json.` : '';
    const text = total === 0 ? 'Nothing is held.' : table(['HOLD', 'TEAM', 'USERS', 'SINCE (UTC)'], rows, width) + more;
    return { json: undefined, text };
  },
};

export const release: Verb = {
  name: 'release',
  usage: '<hold>',
  summary: 'Deactivate the users of a hold, each confirmed by Stytch.',
  help: `Asks Stytch directly about each user first. Users who are active there are skipped, and so are users who were read after
the sweep that held them. If Stytch does not answer, nothing is done. A second release says that it is done already.

Example:
  npm run support -- release 7b1c... --reason "customer confirmed, ticket 4711"`,
  isAct: true,
  words: oneWord,
  run: async ({ parts, words: [id = ''], act }) => {
    const answer = await releaseHeld(parts, id, act());
    const lines = [
      ...answer.released.map(({ userId, result }) => `${userId}  ${result}`),
      ...answer.skipped.map(({ userId, why }) => `${userId}  skipped: ${why}`),
      `${answer.released.length} released, ${answer.skipped.length} skipped. The hold is closed.`,
    ];
    return { json: answer, text: lines.join('\n'), exit: answer.skipped.length > 0 ? 3 : 0 };
  },
};

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
    const text = `${pluralize(answer.discarded.length, 'user stays as it is', 'users stay as they are')}. The hold is closed.`;
    return { json: answer, text };
  },
};
