import { timeText } from '../../text/time.js';
import { status as readStatus, type Status, statusFacts } from '../status/status.js';
import { factLines, table } from './table.js';
import type { Verb } from './verb.js';

/** The first look. */
export const status: Verb = {
  name: 'status',
  usage: '',
  summary: 'Queues, lag, breaches, holds, quiet teams.',
  help: `The lag is the time from the event that Stytch sent to the commit in Scanner, of the last hour's changes. A breach is a
change that took longer than SLA_SECONDS. A quiet team's IdP has been silent for longer than ever before.`,
  run: async ({ parts, width }) => {
    const answer = await readStatus(parts);
    return { json: answer, text: textOf(answer, width) };
  },
};

function textOf(now: Status, width: number): string {
  const queues = Object.entries(now.queues).map(([name, { waiting, active, delayed, failed }]) => [
    ...[name, waiting, active, delayed, failed].map(String),
  ]);
  const advice = [
    now.workers === 0 ? 'No worker has reported in the last minute. See `doctor`.' : null,
    now.failed > 0 ? 'See `failed`.' : null,
    now.held > 0 ? 'See `held`.' : null,
  ].filter((line) => line !== null);
  return [
    table(['QUEUE', 'WAITING', 'ACTIVE', 'DELAYED', 'FAILED'], queues, width),
    '',
    ...factLines(statusFacts(now)),
    ...advice,
    ...now.quietTeams.map(({ teamId, since }) => `Team ${teamId} is quiet since ${timeText(since)} UTC.`),
    ...(now.quiet > now.quietTeams.length ? [`${now.quiet - now.quietTeams.length} more teams are quiet.`] : []),
    ...now.suspectTeams.map(
      ({ teamId, since }) => `A worker died while it swept team ${teamId}, ${timeText(since)} UTC.`,
    ),
  ].join('\n');
}
