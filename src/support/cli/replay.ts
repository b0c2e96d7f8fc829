import { RequestProblem } from '../../errors/request-problem.js';
import { awaitReplay, isNotDoneYet, replayReport } from '../../replay/await-replay.js';
import { filterText } from '../../replay/job-filter.js';
import { progressText } from '../../replay/list-replays.js';
import { type Preview, previewSelection } from '../../replay/preview.js';
import { type BatchCounts, skippedNamed } from '../../replay/replays.js';
import { type Selection, type Skipped, type StartedReplay, startReplay } from '../../replay/start-replay.js';
import { pluralize } from '../../text/pluralize.js';
import { added, changeText, tallyOf, tallyText } from '../failed/change-text.js';
import { peopleOfJobs } from '../failed/job-people.js';
import { personText } from '../names.js';
import type { SupportParts } from '../parts.js';
import { filterHelp, filterIn, filterOptions } from './failed.js';
import { jsonPieces, linePieces } from './pieces.js';
import { table } from './table.js';
import type { Verb, VerbAnswer, VerbInput, WrittenAnswer } from './verb.js';

/** Ids in one command line: some 400 KB, of the 2 MB that Linux takes. More are chosen by `--failed` and filters. */
const jobsNamedMax = 10_000;

/** Failed jobs, or old ones, once more. */
export const replay: Verb = {
  name: 'replay',
  usage: '<job...> | --failed [filters] [--dry-run]',
  summary: 'Have jobs handled again, by the same workers. Always safe.',
  help: `A replay is the same job in the same worker, and it reads the member's state now. So an old hint changes nothing that is
already right. The result of each job is one of
  changed        something was repaired
  already right  there was nothing to change
  superseded     somebody read the member later, and applied that
  read again     the hint is about a whole team; another job reads its members

  <job...>          these jobs: failed, or handled long ago
  --failed          all failed jobs that match:
${filterHelp}
  --dry-run         read Stytch now, show +users -users +grants -grants for each, and change nothing
  --wait <seconds>  how long to wait for the result; the replay continues in any case

Replays run at fifty jobs a second, leavers first. You can kill this command, or any worker: nothing is lost, and the replay
continues. \`replays\` shows its progress, \`cancel\` stops it. If you start the same replay twice, it runs once and says so.

Examples:
  npm run support -- replay msg_2rTq... --dry-run
  npm run support -- replay --failed --team "Acme" --since 2d --reason "ticket 4711"`,
  options: { failed: { type: 'boolean' }, 'dry-run': { type: 'boolean' }, wait: { type: 'string' }, ...filterOptions },
  isAct: true,
  words: { min: 0, max: jobsNamedMax },
  run: async (input) => {
    const selection = await selectionOf(input);
    if (input.flag('dry-run')) return dryRun(input, selection);
    return untilInterrupted(async (signal) => {
      const started = await startReplay(input.parts, selection, input.act());
      const timeoutMs = timeoutOf(input.option('wait'), started.filed);
      const onProgress = (counts: BatchCounts) => input.progress(progressText(counts));
      const counts = await awaitReplay(input.parts, started, { timeoutMs, onProgress, signal });
      if (started.batchId !== null && counts.done < counts.total) input.progress(stillRunning(started.batchId, counts));
      const answer = await replayed(input, selection, started);
      if (!signal.aborted) return answer;
      return 'pieces' in answer ? { ...answer, exit: () => 130 as const } : { ...answer, exit: 130 as const };
    });
  },
};

/** Ctrl-C ends the waiting, not the replay. npm sends it twice. */
async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupting = new AbortController();
  const interrupt = () => interrupting.abort();
  process.on('SIGINT', interrupt);
  try {
    return await work(interrupting.signal);
  } finally {
    process.off('SIGINT', interrupt);
  }
}

function stillRunning(batchId: string, counts: BatchCounts): string {
  return `${progressText(counts)} The replay continues without this command.
  look at it:  npm run support -- replays ${batchId}
  stop it:     npm run support -- cancel ${batchId} --reason "…"`;
}

async function selectionOf(input: VerbInput): Promise<Selection> {
  const filter = await filterIn(input);
  const areNamed = input.words.length > 0;
  if (input.flag('failed')) {
    if (!areNamed) return { filter };
    throw new RequestProblem('usage', 'Name jobs, or say --failed for all that match: not both.');
  }
  if (Object.keys(filter).length > 0) {
    throw new RequestProblem('usage', 'Filters choose among failed jobs: add --failed.');
  }
  if (areNamed) return { ids: input.words };
  throw new RequestProblem('usage', 'Name the jobs to replay (see `failed`), or say --failed for all that match.');
}

/** Never holds the whole plan: it is as long as the failed set. */
function dryRun({ parts, asJson }: VerbInput, selection: Selection): WrittenAnswer {
  const skipped: Skipped[] = [];
  const sum = { jobs: 0, skipped: 0, tally: tallyOf([]) };
  async function* portions(): AsyncGenerator<Preview['plan']> {
    for await (const preview of previewSelection(parts, selection)) {
      skipped.push(...preview.skipped.slice(0, Math.max(0, skippedNamed - skipped.length)));
      sum.skipped += preview.skipped.length;
      sum.jobs += preview.plan.length;
      sum.tally = preview.plan.map(({ changes }) => tallyOf(changes)).reduce(added, sum.tally);
      yield preview.plan;
    }
  }
  async function* plans() {
    for await (const portion of portions()) yield* portion;
  }
  async function* lines() {
    for await (const portion of portions()) yield* await portionLines(parts, portion);
    for (const { id, why } of skipped) yield `${id}  skipped: ${why}`;
    if (sum.skipped > skipped.length) yield `and ${sum.skipped - skipped.length} more skipped`;
    yield `${pluralize(sum.jobs, 'job')}: ${tallyText(sum.tally)}. Nothing was changed.`;
  }
  const rest = () => ({ ...(skipped.length === 0 ? {} : { skipped }), ...skippedMore(sum.skipped - skipped.length) });
  const pieces = asJson ? jsonPieces({ plan: plans() }, rest) : linePieces(lines());
  return { pieces, exit: () => (sum.jobs === 0 || sum.skipped > 0 ? 3 : 0) };
}

function skippedMore(count: number): { skippedMore?: number } {
  return count === 0 ? {} : { skippedMore: count };
}

async function portionLines(parts: SupportParts, portion: Preview['plan']): Promise<string[]> {
  const whoOf = await namesOfJobs(
    parts,
    portion.map(({ id }) => id),
  );
  return portion.flatMap(({ id, changes }) => [
    `${id}  ${whoOf(id)}${changes.length === 0 ? 'already right' : tallyText(tallyOf(changes))}`,
    ...changes.map((change) => `    ${changeText(change)}`),
  ]);
}

/** `Ada <ada@acme.example> (member-…)  `; empty for a job about several people. */
async function namesOfJobs({ database }: SupportParts, ids: readonly string[]): Promise<(id: string) => string> {
  const { memberOf, names } = await peopleOfJobs(database, ids);
  return (id) => {
    const memberId = memberOf(id);
    return memberId === null ? '' : `${personText(names, memberId)}  `;
  };
}

/** Rows of each kind, for people; a program gets all. */
const rowsShown = 100;

async function replayed(
  { asJson, parts, width }: VerbInput,
  selection: Selection,
  started: StartedReplay,
): Promise<VerbAnswer | WrittenAnswer> {
  const report = replayReport(parts, started);
  const counts = { done: 0, skipped: 0 };
  const done = counted(report.replayed, () => (counts.done += 1));
  const left = counted(report.skipped, () => (counts.skipped += 1));
  const unnamed = started.skippedTotal - started.skipped.length;
  const exit = () => (counts.done === 0 || counts.skipped > 0 ? 3 : 0);
  if (asJson) return { pieces: jsonPieces({ replayed: done, skipped: left }, () => skippedMore(unnamed)), exit };
  const rows: string[][] = [];
  for await (const { id, result } of done) if (counts.done <= rowsShown) rows.push([id, result, '']);
  let waiting = 0;
  for await (const one of left) {
    if (isNotDoneYet(one)) waiting += 1;
    else if (counts.skipped - waiting <= rowsShown) rows.push([one.id, 'skipped', one.why]);
  }
  if (rows.length === 0 && waiting === 0 && 'filter' in selection) {
    const text = `Nothing to replay: no job matches (${filterText(selection.filter)}). See \`failed\`.`;
    return { json: undefined, text, exit: exit() };
  }
  const skipped = counts.skipped - waiting + unnamed;
  const hidden = counts.done + skipped - rows.length;
  const more = hidden > 0 ? ` ${hidden} are not shown; --json names more.` : '';
  const running = waiting > 0 ? ` ${pluralize(waiting, 'job waits', 'jobs wait')}.` : '';
  const sum = `${counts.done} replayed, ${skipped} skipped.${running}${more}`;
  const text = rows.length === 0 ? sum : `${await resultTable(parts, rows, width)}\n${sum}`;
  return { json: undefined, text, exit: exit() };
}

async function resultTable(parts: SupportParts, rows: readonly string[][], width: number): Promise<string> {
  const whoOf = await namesOfJobs(
    parts,
    rows.map(([id = '']) => id),
  );
  const named = rows.map(([id = '', result = '', why = '']) => [id, whoOf(id).trimEnd(), result, why]);
  return table(['JOB', 'PERSON', 'RESULT', 'WHY'], named, width);
}

async function* counted<Item>(items: AsyncIterable<Item>, onItem: () => void): AsyncGenerator<Item> {
  for await (const item of items) {
    onItem();
    yield item;
  }
}

/** By default a minute for the workers, and the time that the rate limit takes. */
function timeoutOf(text: string | undefined, jobs: number): number {
  if (text === undefined) return 60_000 + jobs * 40;
  if (!/^\d{1,6}$/.test(text)) throw new RequestProblem('usage', `--wait ${text} is not a number of seconds.`);
  return Number(text) * 1_000;
}
