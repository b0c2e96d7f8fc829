import { failedJobs } from '../../replay/failed-jobs.js';
import { type FailedJob, filterText, type JobFilter } from '../../replay/job-filter.js';
import { settledLately } from '../../replay/replays.js';
import { pluralize } from '../../text/pluralize.js';
import { timeText } from '../../text/time.js';
import { changeText, tallyOf, tallyText } from '../failed/change-text.js';
import { type FailedGroup, failedGroups } from '../failed/failed-groups.js';
import { jobFacts, jobHistory, jobTimeline, type ShownJob, showJob, spanText } from '../failed/show-job.js';
import { filterOf } from '../filter.js';
import { type Names, namesOf, personText, teamText } from '../names.js';
import { jsonPieces } from './pieces.js';
import { factLines, table, wrapped } from './table.js';
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

/** The latest, equal errors together, and the number of all: the list is as long as an outage was. */
async function textOf(input: VerbInput, filter: JobFilter, jobs: AsyncIterable<FailedJob>): Promise<string> {
  const first: FailedJob[] = [];
  let total = 0;
  for await (const job of jobs) {
    total += 1;
    if (first.length < rowsShown) first.push(job);
  }
  const [settled, names] = await Promise.all([
    settledLately(input.parts.database),
    namesOf(input.parts.database, { teams: first.map((job) => job.teamId), people: first.map((job) => job.memberId) }),
  ]);
  const groups = failedGroups(first).map((group) => groupText(group, names, input.width));
  const lines = total === 0 ? [`Nothing has failed (${filterText(filter)}).`] : [groups.join('\n\n')];
  // A millisecond more, because several jobs may fail in the same one.
  const until = new Date(Date.parse(first.at(-1)?.failedAt ?? '1970-01-01') + 1).toISOString();
  if (total > first.length)
    lines.push(`The latest ${first.length} of ${pluralize(total, 'job')}. Older ones: --until ${until}; all: --json.`);
  if (settled > 0)
    lines.push(`${settled} more were repaired by a sweep in the last 24 hours, and have left this list.`);
  return lines.join('\n');
}

/** Equal failures: the error once, and its jobs. */
function groupText({ teamId, eventType, latest, jobs, ...span }: FailedGroup, names: Names, width: number): string {
  const rows = jobs.map(({ id, failedAt, attempts, memberId }) => [
    ...[id, timeText(failedAt), String(attempts), personText(names, memberId, 'several, or a whole team')],
  ]);
  return [
    `${pluralize(jobs.length, 'job')}, ${spanText(span)}: ${eventType}, ${teamText(names, teamId, 'no team')}`,
    ...wrapped(latest, width - 2).map((line) => `  ${line}`),
    table(['JOB', 'FAILED AT (UTC)', 'TRIES', 'PERSON'], rows, width),
  ].join('\n');
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
  run: async ({ parts, words: [id = ''], width }) => {
    const job = await showJob(parts, id);
    const names = await namesOf(parts.database, { teams: [job.teamId], people: [job.memberId] });
    return { json: job, text: jobText(job, names, width) };
  },
};

function jobText(job: ShownJob, names: Names, width: number): string {
  const hint = Object.entries((job.data ?? {}) as Record<string, unknown>);
  const timeline = jobTimeline(job).map(({ attempts, error, ...span }): [string, string] => {
    const times = spanText(span);
    return [`${times}${times === '' ? '' : '  '}${attempts}`, error];
  });
  return [
    `Job ${job.id}`,
    ...factLines(jobFacts(job, names), width),
    ...(timeline.length === 0 ? [] : ['Errors (UTC)', ...factLines(timeline, width)]),
    'Hint',
    ...factLines(
      hint.map(([name, value]) => [name, JSON.stringify(value)]),
      width,
    ),
    'Handling it now would change',
    ...(job.wouldChange === null
      ? [`  unknown: ${job.wouldChangeNot}`]
      : [`  ${tallyText(tallyOf(job.wouldChange))}`, ...job.wouldChange.map((change) => `    ${changeText(change)}`)]),
    'History',
    ...jobHistory(job).map(({ at, text }) => `  ${timeText(at)} ${text}`),
  ].join('\n');
}
