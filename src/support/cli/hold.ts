import { pluralize } from '../../text/pluralize.js';
import { timeText } from '../../text/time.js';
import { discardHeld } from '../held/discard-held.js';
import { heldChanges, heldPage } from '../held/held.js';
import { releaseHeld } from '../held/release-held.js';
import { requireAct } from '../require-act.js';
import type { Command } from './command.js';
import { jsonPieces } from './pieces.js';
import { table } from './table.js';

/** The three verbs about deactivations that wait for a person. */
export const held: Command = {
  name: 'held',
  usage: '',
  summary: 'Deactivations that wait for your decision.',
  help: `A user who is missing from a complete sweep is deactivated, unless one sweep would deactivate more than max(10, 10 %)
of the team's active users: then all of them are held, for absence is weak evidence. Ask the customer, then
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

export const release: Command = {
  name: 'release',
  usage: '<hold> --reason "…"',
  summary: 'Deactivate the users of a hold, each confirmed by Stytch.',
  help: `Asks Stytch directly about each user first: whom Stytch still calls active is skipped, and so is everybody who was
read after the sweep that held them. If Stytch can't be asked, nothing is done. Released twice, the second says so.

Example:
  npm run support -- release 7b1c... --reason "customer confirmed, ticket 4711"`,
  isAct: true,
  positionals: { min: 1, max: 1 },
  run: async ({ parts, positionals: [id = ''], option, actor }) => {
    const answer = await releaseHeld(parts, id, requireAct({ actor, reason: option('reason') }));
    const lines = [
      ...answer.released.map(({ userId, result }) => `${userId}  ${result}`),
      ...answer.skipped.map(({ userId, why }) => `${userId}  skipped: ${why}`),
      `${answer.released.length} released, ${answer.skipped.length} skipped. The hold is closed.`,
    ];
    return { json: answer, text: lines.join('\n'), exit: answer.skipped.length > 0 ? 3 : 0 };
  },
};

export const discard: Command = {
  name: 'discard',
  usage: '<hold> --reason "…"',
  summary: 'Leave the users of a hold as they are.',
  help: `They stay active, and are not held again before a sweep has seen them: should they go missing after that, it is news.

Example:
  npm run support -- discard 7b1c... --reason "Stytch had an outage, ticket 4711"`,
  isAct: true,
  positionals: { min: 1, max: 1 },
  run: async ({ parts, positionals: [id = ''], option, actor }) => {
    const answer = await discardHeld(parts, id, requireAct({ actor, reason: option('reason') }));
    const text = `${pluralize(answer.discarded.length, 'user stays as it is', 'users stay as they are')}. The hold is closed.`;
    return { json: answer, text };
  },
};
