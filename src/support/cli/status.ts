import { pluralize } from '../../text/pluralize.js';
import { durationText, timeText } from '../../text/time.js';
import { status as readStatus, type Status } from '../status/status.js';
import type { Command } from './command.js';
import { table } from './table.js';

/** The first look. */
export const status: Command = {
  name: 'status',
  usage: '',
  summary: 'How the whole is doing: queues, lag, breaches, held, quiet teams.',
  help: `The lag is from the event being sent by Stytch to its change being committed in Scanner, of the last hour's changes.
A breach is a change that took longer than SLA_SECONDS. A quiet team's IdP is silent for longer than it ever was.`,
  run: async ({ parts, width }) => {
    const answer = await readStatus(parts);
    return { json: answer, text: textOf(answer, width) };
  },
};

function textOf(now: Status, width: number): string {
  const seconds = (value: number | null) => (value === null ? '—' : durationText(value));
  const queues = Object.entries(now.queues).map(([name, { waiting, active, delayed, failed }]) => [
    ...[name, waiting, active, delayed, failed].map(String),
  ]);
  return [
    table(['QUEUE', 'WAITING', 'IN HAND', 'DELAYED', 'FAILED'], queues, width),
    '',
    `oldest pending    ${seconds(now.oldestPendingSeconds)}`,
    `lag, last hour    p50 ${seconds(now.lag.p50Seconds)}, p99 ${seconds(now.lag.p99Seconds)} of ${pluralize(now.lag.changes, 'change')}`,
    `breaches, 24 h    ${now.breaches} over ${now.slaSeconds} s`,
    `failed            ${now.failed}${now.failed > 0 ? '  → failed' : ''}`,
    `held              ${now.held}${now.held > 0 ? '  → held' : ''}`,
    `replays under way ${now.replaysUnderWay}`,
    `put right by a sweep since it failed, 24 h: ${now.settledBySweeps}`,
    `workers           ${now.workers}${now.workers === 0 ? '  → none has reported in the last minute; doctor tells more' : ''}`,
    `teams             ${now.connectedTeams} connected, ${now.quiet} quiet`,
    ...now.quietTeams.map(({ teamId, since }) => `  ${teamId} since ${timeText(since)} UTC`),
    ...(now.quiet > now.quietTeams.length ? [`  and ${now.quiet - now.quietTeams.length} more`] : []),
    ...now.suspectTeams.map(
      ({ teamId, since }) => `a worker died while it swept team ${teamId}, ${timeText(since)} UTC`,
    ),
  ].join('\n');
}
