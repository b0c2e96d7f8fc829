import { type Logger, pino } from 'pino';

export type Log = Pick<Logger, 'info' | 'warn' | 'error' | 'debug'>;

/** JSON lines on standard output. Fields are ids, codes and times; whoever logs never passes a member, a body or an error. */
export function createLog(options: { level: string; name: string }): Log {
  return pino({ level: options.level, base: { process: options.name }, timestamp: pino.stdTimeFunctions.isoTime });
}
