import { counted } from '../../counted.js';
import { requireAct } from '../audit.js';
import { awaitReplay, type ReplayReport } from '../await-replay.js';
import { changeText, tallyText } from '../change-text.js';
import { filterText } from '../job-filter.js';
import { previewSelection } from '../preview-selection.js';
import { SupportProblem } from '../problem.js';
import { type Selection, startReplay } from '../start-replay.js';
import { table } from '../table.js';
import type { Command, CommandAnswer, CommandInput } from './command.js';
import { filterHelp, filterOf, filterOptions } from './filters.js';

export const replay: Command = {
  name: 'replay',
  usage: '<job...> | --failed [filters]   --reason "…" | --dry-run',
  summary: 'Have jobs handled once more, by the same workers; always safe.',
  help: `A replay goes through the front door: the same job, the same worker, reading the member's state now. So replaying an
old hint is always safe. The answer of each is one of
  changed        something was put right
  already right  nothing had to be changed
  superseded     somebody read the member later, and applied that
  read again     the hint is about a whole team; its members are being read by a job of their own

  <job...>          these jobs: failed, or handled long ago
  --failed          all failed jobs that match:
${filterHelp}
  --dry-run         read Stytch now, show +users -users +grants -grants for each, and change nothing
  --reason <text>   why; required, and kept in audit_log with your name
  --wait <seconds>  how long to wait for the result; the replay goes on without you, whatever you do

Many are replayed fifty a second, leavers first. Killing this command, or any worker, loses nothing; starting the same
replay twice does it once, and says so.

Examples:
  npm run support -- replay msg_2rTq... --dry-run
  npm run support -- replay --failed --team "Acme" --since 2d --reason "ticket 4711"`,
  options: { failed: { type: 'boolean' }, 'dry-run': { type: 'boolean' }, wait: { type: 'string' }, ...filterOptions },
  isAct: true,
  positionals: { min: 0, max: 10_000 },
  run: async (input) => {
    const selection = await selectionOf(input);
    if (input.flag('dry-run')) return dryRun(input, selection);
    const act = requireAct({ actor: input.actor, reason: input.option('reason') });
    const started = await startReplay(input.parts, selection, act);
    const patienceMs = patienceOf(input.option('wait'), started.filed);
    const onProgress = ({ done, total }: { done: number; total: number }) => input.progress(`${done} of ${total} done`);
    return answerOf(selection, await awaitReplay(input.parts, started, { patienceMs, onProgress }));
  },
};

async function selectionOf(input: CommandInput): Promise<Selection> {
  const filter = await filterOf(input);
  const isFiltered = Object.keys(filter).length > 0;
  if (input.flag('failed')) {
    if (input.positionals.length === 0) return { filter };
    throw new SupportProblem('usage', 'Name jobs, or say --failed for all that match: not both.');
  }
  if (isFiltered) throw new SupportProblem('usage', 'Filters choose among failed jobs: add --failed.');
  if (input.positionals.length > 0) return { ids: input.positionals };
  throw new SupportProblem('usage', 'Name the jobs to replay (see `failed`), or say --failed for all that match.');
}

async function dryRun({ parts }: CommandInput, selection: Selection): Promise<CommandAnswer> {
  const { plan, skipped } = await previewSelection(parts, selection);
  const everything = plan.flatMap(({ changes }) => changes);
  const lines = [
    ...plan.flatMap(({ id, changes }) => [
      `${id}  ${changes.length === 0 ? 'already right' : tallyText(changes)}`,
      ...changes.map((change) => `    ${changeText(change)}`),
    ]),
    ...skipped.map(({ id, why }) => `${id}  skipped: ${why}`),
    `${counted(plan.length, 'job')}: ${tallyText(everything)}. Nothing was changed.`,
  ];
  const exit = plan.length === 0 || skipped.length > 0 ? 3 : 0;
  return { json: skipped.length === 0 ? { plan } : { plan, skipped }, text: lines.join('\n'), exit };
}

function answerOf(selection: Selection, { replayed, skipped }: ReplayReport): CommandAnswer {
  const nothing = replayed.length + skipped.length === 0 && 'filter' in selection;
  const rows = [
    ...replayed.map(({ id, result }) => [id, result, '']),
    ...skipped.map(({ id, why }) => [id, 'skipped', why]),
  ];
  const text = nothing
    ? `Nothing to replay: no job matches (${filterText(selection.filter)}). See \`failed\`.`
    : `${table(['JOB', 'RESULT', 'WHY'], rows, 1000)}\n${replayed.length} replayed, ${skipped.length} skipped.`;
  return { json: { replayed, skipped }, text, exit: replayed.length === 0 || skipped.length > 0 ? 3 : 0 };
}

/** A minute for the workers, and what the rate cap takes. */
function patienceOf(text: string | undefined, jobs: number): number {
  if (text === undefined) return 60_000 + jobs * 40;
  if (!/^\d{1,6}$/.test(text)) throw new SupportProblem('usage', `--wait ${text} is no number of seconds.`);
  return Number(text) * 1_000;
}
