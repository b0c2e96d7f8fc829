import { RequestProblem } from '../../errors/request-problem.js';
import { pluralize } from '../../text/pluralize.js';
import { changeText, tallyOf, tallyText } from '../failed/change-text.js';
import { requireAct } from '../require-act.js';
import { previewResyncTeam, previewResyncUser, type Resynced, resyncTeam, resyncUser } from '../resync/resync.js';
import type { Command, CommandAnswer, CommandInput } from './command.js';

/** Reading again without waiting for an event or a sweep. */
export const resync: Command = {
  name: 'resync',
  usage: '--team <team> | --user <who>   --reason "…" | --dry-run',
  summary: 'Read a team, or one person, from Stytch again, with or without an event.',
  help: `  --team <team>    the whole team, by a worker; sweeps of one team never run side by side
  --user <who>     one person (e-mail, user id or member id), at once; --team narrows an e-mail that several teams have
  --dry-run        show what it would change, and change nothing
  --reason <text>  why; required, and kept in audit_log with your name

Examples:
  npm run support -- resync --user alice@acme.example --dry-run
  npm run support -- resync --team "Acme" --reason "ticket 4711"`,
  options: { team: { type: 'string' }, user: { type: 'string' }, 'dry-run': { type: 'boolean' } },
  isAct: true,
  run: async (input) => answerOf(await resynced(input), input.flag('dry-run')),
};

async function resynced({ parts, option, flag, actor }: CommandInput): Promise<Resynced> {
  const [team, user] = [option('team'), option('user')];
  if (flag('dry-run')) {
    if (user !== undefined) return previewResyncUser(parts, user, team ?? null);
    if (team !== undefined) return previewResyncTeam(parts, team);
  }
  if (team === undefined && user === undefined) {
    throw new RequestProblem('usage', 'Say what to read again: --team <team> or --user <e-mail>.');
  }
  const act = requireAct({ actor, reason: option('reason') });
  return user === undefined ? resyncTeam(parts, team ?? '', act) : resyncUser(parts, user, team ?? null, act);
}

function answerOf(answer: Resynced, isDryRun: boolean): CommandAnswer {
  const lines = answer.resynced.flatMap(({ teamId, memberId, result, changes, held = 0 }) => [
    `${memberId === null ? `team ${teamId}` : `member ${memberId}`}: ${resultText(result)}`,
    ...(result === 'queued' ? [] : [`  ${tallyText(tallyOf(changes))}`]),
    ...(held > 0
      ? [`  ${pluralize(held, 'user is', 'users are')} missing: so many at once would be held, and nobody touched`]
      : []),
    ...changes.map((change) => `    ${memberId === null ? `${change.memberId}: ` : ''}${changeText(change)}`),
  ]);
  const skipped = answer.skipped.map(({ id, why }) => `${id} skipped: ${why}`);
  const text = [...lines, ...skipped, ...(isDryRun ? ['Nothing was changed.'] : [])].join('\n');
  return { json: answer, text, exit: answer.skipped.length > 0 ? 3 : 0 };
}

function resultText(result: string): string {
  return result === 'queued' ? 'a worker reads it within seconds; `why <email>` shows what came of it' : result;
}
