import { failedJobs } from '../failed-jobs.js';
import { filterText } from '../job-filter.js';
import { settledLately } from '../settled-lately.js';
import { table } from '../table.js';
import { timeText } from '../time-text.js';
import type { Command } from './command.js';
import { filterHelp, filterOf, filterOptions } from './filters.js';

/** What waits for a person. */
export const failed: Command = {
  name: 'failed',
  usage: '[filters]',
  summary: 'Jobs that failed for good, the latest first.',
  help: `A hint is tried nine times inside four minutes; then its job stays in the failed set until it is replayed, or until
a sweep has put right what it was about.

Filters:
${filterHelp}

Examples:
  npm run support -- failed --team "Acme" --since 2d
  npm run support -- failed --type scim.member.delete --json

Next: show <job> for one of them, replay <job> --dry-run for what a replay would change.`,
  options: filterOptions,
  run: async (input) => {
    const filter = await filterOf(input);
    const jobs = (await failedJobs(input.parts, filter)).map(({ shown }) => shown);
    const rows = jobs.map(({ id, failedAt, attempts, eventType, teamId, error }) => [
      ...[id, timeText(failedAt), String(attempts), eventType, teamId ?? '—', error],
    ]);
    const text =
      jobs.length === 0
        ? `Nothing has failed (${filterText(filter)}).`
        : table(['JOB', 'FAILED AT (UTC)', 'TRIES', 'EVENT', 'TEAM', 'ERROR'], rows, input.width);
    const settled = await settledLately(input.parts.database);
    const note =
      settled === 0 ? '' : `\n${settled} more were put right by a sweep in the last 24 hours, and have left this list.`;
    return { json: { jobs }, text: `${text}${note}` };
  },
};
