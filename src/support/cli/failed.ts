import { failedJobs } from '../../replay/failed-jobs.js';
import { type FailedJob, filterText, type JobFilter } from '../../replay/job-filter.js';
import { settledLately } from '../../replay/replays.js';
import { pluralize } from '../../text/pluralize.js';
import { timeText } from '../../text/time.js';
import { changeText, tallyOf, tallyText } from '../failed/change-text.js';
import { jobErrors, jobFacts, jobHistory, type ShownJob, showJob } from '../failed/show-job.js';
import { filterOf } from '../filter.js';
import { jsonPieces } from './pieces.js';
import { factLines, table } from './table.js';
import { oneWord, type Verb, type VerbInput } from './verb.js';

/** The options of a filter of failed jobs. `failed` and `replay --failed` share them. */
export const filterOptions = {
  team: { type: 'string' },
  type: { type: 'string' },
  error: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
} as const;

export const filterHelp = `  --team <team>     team id, Stytch organization id, or the team's exact name
  --type <type>     event type or the beginning of one: scim.member, scim.member.delete, sweep-team
  --since <time>    failed at or after: 2026-11-23, 2026-11-23T09:30:00Z, or 90m, 2h, 3d ago
  --until <time>    failed before
  --error <text>    the error contains this text`;

/** @throws RequestProblem */
export function filterIn({ option, parts }: VerbInput): Promise<JobFilter> {
  const [team, type, error, since, until] = ['team', 'type', 'error', 'since', 'until'].map(option);
  return filterOf(parts.database, { team, type, error, since, until });
}

/** Jobs that wait for a person. */
export const failed: Verb = {
  name: 'failed',
  usage: '[filters]',
  summary: 'Jobs that failed for good, the latest first.',
  help: `A hint is tried nine times inside four minutes. Then its job stays in the failed set until it is replayed, or until a
sweep has repaired what it is about. For people it shows the latest 100; --json writes all.

${filterHelp}

Examples:
  npm run support -- failed --team "Acme" --since 2d
  npm run support -- failed --type scim.member.delete --json

Next: show <job>, or replay <job> --dry-run to see what a replay would change.`,
  options: filterOptions,
  run: async (input) => {
    const filter = await filterIn(input);
    const jobs = eachShown(input, filter);
    if (input.asJson) return { pieces: jsonPieces({ jobs }), exit: () => 0 };
    return { json: undefined, text: await textOf(input, filter, jobs) };
  },
};

/** For people; a program gets all. */
const rowsShown = 100;

async function* eachShown(input: VerbInput, filter: JobFilter): AsyncGenerator<FailedJob> {
  for await (const jobs of failedJobs(input.parts, filter)) yield* jobs.map(({ shown }) => shown);
}

/** A table of the latest, and the number of all: the list is as long as an outage was. */
async function textOf(input: VerbInput, filter: JobFilter, jobs: AsyncIterable<FailedJob>): Promise<string> {
  const rows: string[][] = [];
  let [total, oldest] = [0, 0];
  for await (const { id, failedAt, attempts, eventType, teamId, error } of jobs) {
    total += 1;
    if (rows.length === rowsShown) continue;
    rows.push([id, timeText(failedAt), String(attempts), eventType, teamId ?? '—', error]);
    oldest = Date.parse(failedAt);
  }
  const settled = await settledLately(input.parts.database);
  const lines = [
    total === 0
      ? `Nothing has failed (${filterText(filter)}).`
      : table(['JOB', 'FAILED AT (UTC)', 'TRIES', 'EVENT', 'TEAM', 'ERROR'], rows, input.width),
  ];
  // A millisecond more, because several jobs may fail in the same one.
  const until = new Date(oldest + 1).toISOString();
  if (total > rows.length)
    lines.push(`The latest ${rows.length} of ${pluralize(total, 'job')}. Older ones: --until ${until}; all: --json.`);
  if (settled > 0)
    lines.push(`${settled} more were repaired by a sweep in the last 24 hours, and have left this list.`);
  return lines.join('\n');
}

/** One job. */
export const show: Verb = {
  name: 'show',
  usage: '<job>',
  summary: 'One job: its hint, its attempts and errors, and what it would change now.',
  help: `Reads the member from Stytch now and shows what handling the job would change. Changes nothing.
A job that was handled long ago is shown from sync_events, by its svix id.

Example:
  npm run support -- show msg_2rTq...`,
  words: oneWord,
  run: async ({ parts, words: [id = ''] }) => {
    const job = await showJob(parts, id);
    return { json: job, text: jobText(job) };
  },
};

function jobText(job: ShownJob): string {
  const { first, errors } = jobErrors(job);
  const hint = Object.entries((job.data ?? {}) as Record<string, unknown>);
  return [
    `Job ${job.id}`,
    ...factLines(jobFacts(job)),
    ...errors.map((error, i) => `  attempt ${first + i}: ${error}`),
    'Hint',
    ...hint.map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`),
    'Handling it now would change',
    ...(job.wouldChange === null
      ? [`  unknown: ${job.wouldChangeNot}`]
      : [`  ${tallyText(tallyOf(job.wouldChange))}`, ...job.wouldChange.map((change) => `    ${changeText(change)}`)]),
    'History',
    ...jobHistory(job).map(({ at, text }) => `  ${timeText(at)} ${text}`),
  ].join('\n');
}
