import { pino } from 'pino';

/** All fields of log lines. One thing has one name everywhere, with its unit in the name. */
export const fieldNames = [
  'svixId',
  'eventId',
  'eventType',
  'organizationId',
  'memberIds',
  'teamId',
  'connectionId',
  'holdId',
  'jobId',
  'outcome',
  'reason',
  'code',
  'error',
  'signal',
  'schedule',
  'queue',
  'what',
  'lagSeconds',
  'ageSeconds',
  'lastedSeconds',
  'slaSeconds',
  'clockOffsetSeconds',
  'attempt',
  'final',
  'isHint',
  'round',
  'busy',
  'version',
  'node',
  'port',
  'queueKind',
  'count',
  'untold',
  'members',
  'changed',
  'held',
  'users',
  'activeUsers',
  'removed',
  'heads',
] as const;

type Fields = { [name in (typeof fieldNames)[number]]?: unknown };
type Write = { (fields: Fields, message: string): void; (message: string): void };

/** Accepts only the fields above. */
export type Log = Record<'info' | 'warn' | 'error' | 'debug', Write>;

/** Writes JSON lines to standard output. Fields are ids, codes and times. Never log a member, a body or an error object. */
export function createLog(options: { level: string; name: string }): Log {
  return pino({ level: options.level, base: { process: options.name }, timestamp: pino.stdTimeFunctions.isoTime });
}
