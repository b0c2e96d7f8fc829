import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Emulator } from '../emulator/emulator.js';
import type { Stack } from './stack.js';

/** What Stytch, the receiver and the worker said last, and where the rest is: for whoever asks why something did not happen. */
export function lastWords({ emulator, logFile }: Pick<Stack, 'emulator' | 'logFile'>): string {
  const log = lastLines(logFile);
  const said = [
    ['Stytch was asked', lastCall(emulator)],
    ['Stytch told us', lastWebhook(emulator)],
    ['the receiver said', lastOf(log, 'server')],
    ['the worker said', lastOf(log, 'worker')],
    ['the whole log', logFile],
  ];
  return said.map(([who, what]) => `  ${`${who}:`.padEnd(20)}${what}`).join('\n');
}

/** By the worker and the pages; what the identity provider itself does is not asked of it. */
function lastCall({ calls }: Emulator): string {
  const last = calls.list().findLast(({ call }) => call !== 'scim.protocol');
  if (last === undefined) return 'nothing';
  return `${timeOf(last.at)} ${last.call}, and ${last.status === null ? 'did not answer' : `answered ${last.status}`}`;
}

function lastWebhook({ webhooks }: Emulator): string {
  const sent = webhooks.outbox.findLast(({ attempts }) => attempts.length > 0);
  const attempt = sent?.attempts.at(-1);
  if (sent === undefined || attempt === undefined) return 'nothing';
  const answer = attempt.status === null ? `nobody answered (${attempt.error})` : `was answered ${attempt.status}`;
  return `${timeOf(attempt.at)} ${sent.eventType}, and ${answer}`;
}

type LogLine = { level: number; time: number; process: string; msg: string };

/** What went wrong last, else what was said last. */
function lastOf(log: readonly LogLine[], process: string): string {
  const own = log.filter((line) => line.process === process);
  const last = own.findLast(({ level }) => level >= warning) ?? own.at(-1);
  if (last === undefined) return 'nothing';
  const { level: _level, time, process: _process, msg, ...facts } = last;
  return `${timeOf(new Date(time))} ${msg} ${JSON.stringify(facts)}`;
}

const warning = 40;
/** Some hundred lines; a log of many days is not read as a whole. */
const tailBytes = 64 * 1024;

function lastLines(path: string): LogLine[] {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const tail = Buffer.alloc(Math.min(size, tailBytes));
    readSync(file, tail, 0, tail.length, size - tail.length);
    const whole = tail
      .toString('utf8')
      .split('\n')
      .slice(tail.length < size ? 1 : 0, -1);
    return whole.map((line) => JSON.parse(line));
  } finally {
    closeSync(file);
  }
}

function timeOf(at: Date): string {
  return at.toTimeString().slice(0, 8);
}
