import { erasePerson, previewErasure } from '../erase/erase-person.js';
import { factLines } from './table.js';
import { oneWord, type Verb } from './verb.js';

/** A person's right to be forgotten. */
export const erase: Verb = {
  name: 'erase',
  usage: '<who> [--dry-run]',
  summary: 'Erase a person who has left. The evidence stays, without their name.',
  help: `Erases name, e-mail, member id, external id, role names of the identity provider and names of API keys; in users, sync_events,
evidence and audit_log. The user's id stays as a pseudonym, so evidence can still be verified. An active person is refused.
Not erased: the member in Stytch, what Scanner itself keeps about the user, and backups. deploy/data.md has the whole list.

  --team <team>    only in this team
  --dry-run        count what would be erased, and erase nothing

Example:
  npm run support -- erase alice@acme.example --reason "request for erasure, ticket 4711"`,
  options: { team: { type: 'string' }, 'dry-run': { type: 'boolean' } },
  isAct: true,
  words: oneWord,
  run: async ({ parts, words: [who = ''], option, flag, act }) => {
    const wanted = { who, team: option('team') ?? null };
    const isDryRun = flag('dry-run');
    const { userId, counts } = isDryRun ? await previewErasure(parts, wanted) : await erasePerson(parts, wanted, act());
    const rows = Object.entries(counts).map(([table, rows]) => [table, String(rows)] as const);
    const text = [
      isDryRun
        ? `User ${userId}: nothing was erased. Rows that would lose a name:`
        : `User ${userId} is erased. Rows that lost a name:`,
      ...factLines(rows),
    ].join('\n');
    return { json: { [isDryRun ? 'wouldErase' : 'erased']: { userId, counts } }, text };
  },
};
