import { RequestProblem } from '../../errors/request-problem.js';
import { awaitReplay, type ReplayReport, replayReport } from '../../replay/await-replay.js';
import { filterText } from '../../replay/job-filter.js';
import { type Preview, previewSelection } from '../../replay/preview.js';
import { skippedNamed } from '../../replay/replays.js';
import { type Selection, type Skipped, type StartedReplay, startReplay } from '../../replay/start-replay.js';
import { pluralize } from '../../text/pluralize.js';
import { added, changeText, type Tally, tallyOf, tallyText } from '../failed/change-text.js';
import { requireAct } from '../require-act.js';
import type { Command, CommandAnswer, CommandInput, WrittenAnswer } from './command.js';
import { filterHelp, filterOf, filterOptions } from './filters.js';
import { jsonPieces, linePieces } from './pieces.js';
import { table } from './table.js';

/** Ids in one command line: some 400 KB, of the 2 MB that Linux takes. More are chosen by `--failed` and filters. */
const jobsNamedMax = 10_000;

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
  positionals: { min: 0, max: jobsNamedMax },
  run: async (input) => {
    const selection = await selectionOf(input);
    if (input.flag('dry-run')) return dryRun(input, selection);
    const act = requireAct({ actor: input.actor, reason: input.option('reason') });
    const started = await startReplay(input.parts, selection, act);
    const timeoutMs = timeoutOf(input.option('wait'), started.filed);
    const onProgress = ({ done, total }: { done: number; total: number }) => input.progress(`${done} of ${total} done`);
    await awaitReplay(input.parts, started, { timeoutMs, onProgress });
    return answerOf(input, { selection, started, report: replayReport(input.parts, started) });
  },
};

async function selectionOf(input: CommandInput): Promise<Selection> {
  const filter = await filterOf(input);
  const isFiltered = Object.keys(filter).length > 0;
  if (input.flag('failed')) {
    if (input.positionals.length === 0) return { filter };
    throw new RequestProblem('usage', 'Name jobs, or say --failed for all that match: not both.');
  }
  if (isFiltered) throw new RequestProblem('usage', 'Filters choose among failed jobs: add --failed.');
  if (input.positionals.length > 0) return { ids: input.positionals };
  throw new RequestProblem('usage', 'Name the jobs to replay (see `failed`), or say --failed for all that match.');
}

/** What one portion after the other would change; nobody holds it all. */
function dryRun({ parts, asJson }: CommandInput, selection: Selection): WrittenAnswer {
  const skipped: Skipped[] = [];
  const sum = { jobs: 0, skipped: 0, tally: tallyOf([]) };
  const plan = (async function* () {
    for await (const preview of previewSelection(parts, selection)) {
      skipped.push(...preview.skipped.slice(0, Math.max(0, skippedNamed - skipped.length)));
      sum.skipped += preview.skipped.length;
      for (const one of preview.plan) {
        sum.jobs += 1;
        sum.tally = added(sum.tally, tallyOf(one.changes));
        yield one;
      }
    }
  })();
  const unnamed = () => sum.skipped - skipped.length;
  const rest = () => ({
    ...(skipped.length === 0 ? {} : { skipped }),
    ...(unnamed() === 0 ? {} : { skippedMore: unnamed() }),
  });
  const pieces = asJson ? jsonPieces({ plan }, rest) : linePieces(dryRunLines(plan, skipped, sum));
  return { pieces, exit: () => (sum.jobs === 0 || sum.skipped > 0 ? 3 : 0) };
}

async function* dryRunLines(
  plan: AsyncIterable<Preview['plan'][number]>,
  skipped: readonly Skipped[],
  sum: { jobs: number; skipped: number; tally: Tally },
): AsyncGenerator<string> {
  for await (const { id, changes } of plan) {
    yield `${id}  ${changes.length === 0 ? 'already right' : tallyText(tallyOf(changes))}`;
    for (const change of changes) yield `    ${changeText(change)}`;
  }
  for (const { id, why } of skipped) yield `${id}  skipped: ${why}`;
  if (sum.skipped > skipped.length) yield `and ${sum.skipped - skipped.length} more skipped`;
  yield `${pluralize(sum.jobs, 'job')}: ${tallyText(sum.tally)}. Nothing was changed.`;
}

/** Of each kind, in a table for a person; a program takes them all. */
const rowsShown = 100;

async function answerOf(
  { asJson }: CommandInput,
  { selection, started, report }: { selection: Selection; started: StartedReplay; report: ReplayReport },
): Promise<CommandAnswer | WrittenAnswer> {
  const [done, left] = [counting(report.replayed), counting(report.skipped)];
  const unnamed = started.skippedTotal - started.skipped.length;
  const exit = () => (done.count() === 0 || left.count() > 0 ? 3 : 0);
  if (asJson) {
    const rest = () => (unnamed === 0 ? {} : { skippedMore: unnamed });
    return { pieces: jsonPieces({ replayed: done.items, skipped: left.items }, rest), exit };
  }
  const rows: string[][] = [];
  for await (const { id, result } of done.items) if (done.count() <= rowsShown) rows.push([id, result, '']);
  for await (const { id, why } of left.items) if (left.count() <= rowsShown) rows.push([id, 'skipped', why]);
  if (rows.length === 0 && 'filter' in selection) {
    const text = `Nothing to replay: no job matches (${filterText(selection.filter)}). See \`failed\`.`;
    return { json: undefined, text, exit: exit() };
  }
  const skipped = left.count() + unnamed;
  const hidden = done.count() + skipped - rows.length;
  const more = hidden > 0 ? ` ${hidden} are not shown; --json names more.` : '';
  const text = `${table(['JOB', 'RESULT', 'WHY'], rows, 1000)}\n${done.count()} replayed, ${skipped} skipped.${more}`;
  return { json: undefined, text, exit: exit() };
}

/** The same items, and how many have gone by. */
function counting<Item>(items: AsyncIterable<Item>): { items: AsyncIterable<Item>; count(): number } {
  let count = 0;
  const pluralize = (async function* () {
    for await (const item of items) {
      count += 1;
      yield item;
    }
  })();
  return { items: pluralize, count: () => count };
}

/** A minute for the workers, and what the rate cap takes. */
function timeoutOf(text: string | undefined, jobs: number): number {
  if (text === undefined) return 60_000 + jobs * 40;
  if (!/^\d{1,6}$/.test(text)) throw new RequestProblem('usage', `--wait ${text} is no number of seconds.`);
  return Number(text) * 1_000;
}
