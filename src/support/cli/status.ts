import { status as readStatus, type Status, statusFacts } from '../status/status.js';
import { verdictOf } from '../status/verdict.js';
import { factLines, table, wrapped } from './table.js';
import type { Verb } from './verb.js';

/** The first look. */
export const status: Verb = {
  name: 'status',
  usage: '',
  summary: 'Whether all is well, and what is not.',
  help: `Begins with the verdict, and with what is not normal. Then queues, lag, breaches, holds, quiet teams.

The lag is the time from the event that Stytch sent to the commit in Scanner, of the last hour's changes. A breach is a
change that took longer than SLA_SECONDS. A quiet team's IdP has been silent for longer than ever before.`,
  run: async ({ parts, width }) => {
    const answer = await readStatus(parts);
    return { json: { ...answer, verdict: verdictOf(answer) }, text: textOf(answer, width) };
  },
};

function textOf(now: Status, width: number): string {
  const queues = Object.entries(now.queues).map(([name, { waiting, active, delayed, failed }]) => [
    ...[name, waiting, active, delayed, failed].map(String),
  ]);
  const { isGood, sentence, concerns } = verdictOf(now);
  return [
    `${isGood ? '✓' : '✗'} ${sentence}`,
    ...concerns.flatMap(({ kind, text, verb }) => [
      ...wrapped(`${kind === 'wrong' ? '✗' : '!'} ${text}`, width - 2).map((line) => `  ${line}`),
      `    → ${verb}`,
    ]),
    '',
    table(['QUEUE', 'WAITING', 'ACTIVE', 'DELAYED', 'FAILED'], queues, width),
    '',
    ...factLines(statusFacts(now), width),
  ].join('\n');
}
