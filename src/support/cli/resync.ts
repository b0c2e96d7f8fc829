import { RequestProblem } from '../../errors/request-problem.js';
import { pluralize } from '../../text/pluralize.js';
import { changeText, tallyOf, tallyText } from '../failed/change-text.js';
import { namesOf, personText, teamText } from '../names.js';
import { enableTeam } from '../resync/enable-team.js';
import { previewResyncTeam, previewResyncUser, type Resynced, resyncTeam, resyncUser } from '../resync/resync.js';
import { oneWord, type Verb, type VerbInput } from './verb.js';

/** Reading again, without an event or a sweep. */
export const resync: Verb = {
  name: 'resync',
  usage: '--team <team> | --user <who> [--dry-run]',
  summary: 'Read a team, or one person, from Stytch again, with or without an event.',
  help: `  --team <team>    the whole team, by a worker; sweeps of one team never run side by side
  --user <who>     one person (e-mail, user id or member id), at once; --team narrows an e-mail that several teams have
  --dry-run        show what it would change, and change nothing

Examples:
  npm run support -- resync --user alice@acme.example --dry-run
  npm run support -- resync --team "Acme" --reason "ticket 4711"`,
  options: { team: { type: 'string' }, user: { type: 'string' }, 'dry-run': { type: 'boolean' } },
  isAct: true,
  run: async (input) => {
    const answer = await resynced(input);
    const text = await textOf(input, answer);
    return { json: answer, text, exit: answer.skipped.length > 0 ? 3 : 0 };
  },
};

/** Changes of a team whose people are named. The others have their ids. */
const namedMax = 10_000;

async function resynced({ parts, option, flag, act }: VerbInput): Promise<Resynced> {
  const [team, user, isDryRun] = [option('team'), option('user'), flag('dry-run')];
  if (user !== undefined && isDryRun) return previewResyncUser(parts, user, team ?? null);
  if (user !== undefined) return resyncUser(parts, user, team ?? null, act());
  if (team === undefined) {
    throw new RequestProblem('usage', 'Say what to read again: --team <team> or --user <e-mail>.');
  }
  return isDryRun ? previewResyncTeam(parts, team) : resyncTeam(parts, team, act());
}

async function textOf({ parts, flag }: VerbInput, { resynced, skipped }: Resynced): Promise<string> {
  const isDryRun = flag('dry-run');
  const names = await namesOf(parts.database, {
    teams: resynced.map(({ teamId }) => teamId),
    people: resynced.flatMap(({ memberId, changes }) => [
      memberId,
      ...changes.slice(0, namedMax).map((change) => change.memberId),
    ]),
  });
  const lines = resynced.flatMap(({ teamId, memberId, result, changes, held = 0 }) => {
    const name = memberId === null ? `team ${teamText(names, teamId)}` : `member ${personText(names, memberId)}`;
    if (result === 'queued') return [`${name}: a worker reads it within seconds; \`why <email>\` shows the result`];
    return [
      `${name}: ${result}`,
      `  ${tallyText(tallyOf(changes))}`,
      ...(held === 0
        ? []
        : [`  ${pluralize(held, 'user is', 'users are')} missing: too many at once, so they would be held`]),
      ...changes.map(
        (change) => `    ${memberId === null ? `${personText(names, change.memberId)}: ` : ''}${changeText(change)}`,
      ),
    ];
  });
  const notDone = skipped.map(({ id, why }) => `${id} skipped: ${why}`);
  return [...lines, ...notDone, ...(isDryRun ? ['Nothing was changed.'] : [])].join('\n');
}

/** SSO and SCIM, for a team whose contract has them. */
export const enable: Verb = {
  name: 'enable',
  usage: '<team>',
  summary: 'Switch SSO and SCIM on for a team, and read it at once.',
  help: `Its admins can then use Settings > SCIM, and sweeps read it.

Example:
  npm run support -- enable "Acme" --reason "contract signed, ticket 4711"`,
  isAct: true,
  words: oneWord,
  run: async ({ parts, words: [team = ''], act }) => {
    const answer = await enableTeam(parts, team, act());
    const named = teamText(await namesOf(parts.database, { teams: [answer.teamId] }), answer.teamId);
    return { json: answer, text: `Team ${named}: ${answer.result}. ${answer.next ?? ''}`.trim() };
  },
};
