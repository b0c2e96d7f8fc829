import { pino } from 'pino';

/** Every field that a line can have. The same thing has the same name everywhere; its unit is in the name. */
export const fieldNames = [
  ...([
    'svixId',
    'eventId',
    'eventType',
    'organizationId',
    'memberIds',
    'teamId',
    'connectionId',
    'holdId',
    'jobId',
  ] as const),
  ...(['outcome', 'reason', 'code', 'error', 'signal', 'schedule', 'queue', 'what'] as const),
  ...(['lagSeconds', 'ageSeconds', 'lastedSeconds', 'slaSeconds', 'clockOffsetSeconds'] as const),
  ...(['attempt', 'final', 'isHint', 'round', 'busy'] as const),
  ...(['version', 'node', 'port', 'queueKind'] as const),
  ...(['count', 'untold', 'members', 'changed', 'held', 'users', 'activeUsers'] as const),
] as const;

type Fields = { [name in (typeof fieldNames)[number]]?: unknown };
type Write = { (fields: Fields, message: string): void; (message: string): void };

/** Takes the fields above and no others. */
export type Log = Record<'info' | 'warn' | 'error' | 'debug', Write>;

/** JSON lines on standard output. Fields are ids, codes and times; whoever logs never passes a member, a body or an error. */
export function createLog(options: { level: string; name: string }): Log {
  return pino({ level: options.level, base: { process: options.name }, timestamp: pino.stdTimeFunctions.isoTime });
}
