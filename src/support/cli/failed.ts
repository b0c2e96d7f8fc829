import { failedJobs } from '../../replay/failed-jobs.js';
import { type FailedJob, filterText, type JobFilter } from '../../replay/job-filter.js';
import { settledLately } from '../../replay/replays.js';
import { pluralize } from '../../text/pluralize.js';
import { timeText } from '../../text/time.js';
import type { Command, CommandInput } from './command.js';
import { filterHelp, filterOf, filterOptions } from './filters.js';
import { jsonPieces } from './pieces.js';
import { table } from './table.js';

/** What waits for a person. */
export const failed: Command = {
  name: 'failed',
  usage: '[filters]',
  summary: 'Jobs that failed for good, the latest first.',
  help: `A hint is tried nine times inside four minutes; then its job stays in the failed set until it is replayed, or until
a sweep has put right what it was about.

People are shown the latest 100; --json writes them all.

Filters:
${filterHelp}

Examples:
  npm run support -- failed --team "Acme" --since 2d
  npm run support -- failed --type scim.member.delete --json

Next: show <job> for one of them, replay <job> --dry-run for what a replay would change.`,
  options: filterOptions,
  run: async (input) => {
    const filter = await filterOf(input);
    const jobs = eachShown(input, filter);
    if (input.asJson) return { pieces: jsonPieces({ jobs }), exit: () => 0 };
    return { json: undefined, text: await textOf(input, filter, jobs) };
  },
};

/** What a person reads; a program takes them all. */
const rowsShown = 100;

async function* eachShown(input: CommandInput, filter: JobFilter): AsyncGenerator<FailedJob> {
  for await (const jobs of failedJobs(input.parts, filter)) yield* jobs.map(({ shown }) => shown);
}

/** The latest in a table, and how many more there are: the list is as long as an outage was. */
async function textOf(input: CommandInput, filter: JobFilter, jobs: AsyncIterable<FailedJob>): Promise<string> {
  const rows: string[][] = [];
  let [total, oldest] = [0, 0];
  for await (const { id, failedAt, attempts, eventType, teamId, error } of jobs) {
    total += 1;
    if (rows.length === rowsShown) continue;
    rows.push([id, timeText(failedAt), String(attempts), eventType, teamId ?? '—', error]);
    oldest = Date.parse(failedAt);
  }
  const settled = await settledLately(input.parts.database);
  return [
    total === 0
      ? `Nothing has failed (${filterText(filter)}).`
      : table(['JOB', 'FAILED AT (UTC)', 'TRIES', 'EVENT', 'TEAM', 'ERROR'], rows, input.width),
    ...(total > rows.length
      ? [
          `The latest ${rows.length} of ${pluralize(total, 'job')}. Older ones: --until ${timeAfter(oldest)}; all: --json.`,
        ]
      : []),
    ...(settled > 0
      ? [`${settled} more were put right by a sweep in the last 24 hours, and have left this list.`]
      : []),
  ].join('\n');
}

/** So that none of those that failed in the same millisecond is left out. */
function timeAfter(time: number): string {
  return new Date(time + 1).toISOString();
}
