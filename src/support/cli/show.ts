import { timeText } from '../../text/time.js';
import { changeText, tallyOf, tallyText } from '../failed/change-text.js';
import { firstError, type ShownJob, showJob } from '../failed/show-job.js';
import type { Command } from './command.js';

/** One job with all that is known of it. */
export const show: Command = {
  name: 'show',
  usage: '<job>',
  summary: 'One job: its hint, its attempts and errors, and what it would change now.',
  help: `Reads the member from Stytch now and shows what handling the job would change. Changes nothing.
A job that was handled long ago is shown from sync_events, by its svix id.

Example:
  npm run support -- show msg_2rTq...`,
  positionals: { min: 1, max: 1 },
  run: async ({ parts, positionals: [id = ''] }) => {
    const job = await showJob(parts, id);
    return { json: job, text: textOf(job) };
  },
};

function textOf(job: ShownJob): string {
  const hint = Object.entries((job.data ?? {}) as Record<string, unknown>);
  const lines = [
    `Job ${job.id} (${job.queue}): ${job.state}`,
    `  event     ${job.eventType}`,
    `  team      ${job.teamId ?? 'none that Scanner knows'}`,
    `  member    ${job.memberId ?? 'several, or a whole team'}`,
    `  attempts  ${job.attempts} of ${job.attemptsMax}, the last ${timeText(job.failedAt)} UTC`,
    ...(job.error === '' ? [] : [`  error     ${job.error}`]),
    ...job.errors.map((error, i) => `    attempt ${firstError(job) + i}: ${error}`),
    'Hint',
    ...hint.map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`),
    'Handling it now would change',
    ...(job.wouldChange === null
      ? [`  unknown: ${job.wouldChangeNot}`]
      : [`  ${tallyText(tallyOf(job.wouldChange))}`, ...job.wouldChange.map((change) => `    ${changeText(change)}`)]),
  ];
  const replays = job.replays.map(({ at, actor, reason, result, why }) => {
    return `  ${timeText(at)} by ${actor} (${reason}): ${result ?? why ?? 'not replayed'}`;
  });
  const records = job.recorded.map(({ at, trigger, outcome }) => `  ${timeText(at)} ${trigger}: ${outcome}`);
  return [...lines, ...titled('Replayed', replays), ...titled('Recorded', records)].join('\n');
}

function titled(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}
