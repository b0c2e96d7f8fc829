import { RequestProblem } from '../../errors/request-problem.js';
import { pluralize } from '../../text/pluralize.js';
import { changeText, tallyOf, tallyText } from '../failed/change-text.js';
import { namesOf, personText, teamText } from '../names.js';
import { enableTeam } from '../resync/enable-team.js';
import { importCsv, summaryLines } from '../resync/import-text.js';
import { linkTeam } from '../resync/link-team.js';
import {
  previewResyncTeam,
  previewResyncUser,
  type Resynced,
  reportTeam,
  resyncTeam,
  resyncUser,
} from '../resync/resync.js';
import { linePieces } from './pieces.js';
import { oneWord, type Verb, type VerbInput, type WrittenAnswer } from './verb.js';

/** Reading again, without an event or a sweep. */
export const resync: Verb = {
  name: 'resync',
  usage: '--team <team> | --user <who> [--dry-run [--csv]]',
  summary: 'Read a team, or one person, from Stytch again, with or without an event.',
  help: `  --team <team>    the whole team, by a worker; sweeps of one team never run side by side
  --user <who>     one person (e-mail, user id or member id), at once; --team narrows an e-mail that several teams have
  --dry-run        show what it would change, and change nothing; for a team also how many people would be linked to a user that
                   is there, created or deactivated, and how many have access today and are not in the directory
  --csv            with --team and --dry-run: a table of all these people instead

Examples:
  npm run support -- resync --user alice@acme.example --dry-run
  npm run --silent support -- resync --team "Acme" --dry-run --csv > first-import.csv
  npm run support -- resync --team "Acme" --reason "ticket 4711"`,
  options: {
    team: { type: 'string' },
    user: { type: 'string' },
    'dry-run': { type: 'boolean' },
    csv: { type: 'boolean' },
  },
  isAct: true,
  run: async (input) => {
    if (input.flag('csv')) return table(input);
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

/** Who would be linked, created and so on, as CSV. */
async function table({ parts, option, flag, asJson }: VerbInput): Promise<WrittenAnswer> {
  const team = option('team');
  if (team === undefined || !flag('dry-run') || asJson || option('user') !== undefined) {
    throw new RequestProblem('usage', '--csv goes with --team and --dry-run, and not with --json or --user.');
  }
  const { rows } = await reportTeam(parts, team);
  return { pieces: linePieces(importCsv(rows())), exit: () => 0 };
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
  const lines = resynced.flatMap(({ teamId, memberId, result, changes, held = 0, summary }) => {
    const name = memberId === null ? `team ${teamText(names, teamId)}` : `member ${personText(names, memberId)}`;
    if (result === 'queued') return [`${name}: a worker reads it within seconds; \`why <email>\` shows the result`];
    return [
      `${name}: ${result}`,
      ...(summary === undefined ? [] : summaryLines(summary)),
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

/** The team's organization at Stytch, which events and reads name. */
export const link: Verb = {
  name: 'link',
  usage: '<team> <organization>',
  summary: 'Link a team to its Stytch organization.',
  help: `Stytch is asked whether the organization exists. A team has one organization, and an organization one team.

Example:
  npm run support -- link "Acme" organization-live-3f0c1a52-… --reason "contract signed, ticket 4711"`,
  isAct: true,
  words: { min: 2, max: 2 },
  run: async ({ parts, words: [team = '', organization = ''], act }) => {
    const answer = await linkTeam(parts, { team, organization }, act());
    const { teamId, organizationId, result, next } = answer;
    return { json: answer, text: `Team ${teamId}: ${result} to ${organizationId}. ${next ?? ''}`.trim() };
  },
};
