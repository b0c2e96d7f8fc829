import type { TestProcess } from '../helpers/processes.js';

/** Of single jobs and events there may be more (`rate-limited-line.ts`); of outages each kind has three lines a minute, see outage-log.ts. */
const warningsAMinuteMax = 60;

type Line = { time: string; level: number; msg: string; error?: string };

/**
 * What the processes wrote: each line is JSON, none says only that something was unexpected, and of warnings there are few,
 * however much went wrong. The last line of one that was killed may be cut off.
 */
export function expectOrderlyLogs(processes: readonly TestProcess[]): void {
  for (const one of processes) {
    const lines = one.output().split('\n').slice(0, -1).map(parse);
    expect(lines.filter(({ error = '' }) => error.startsWith('Unexpected'))).toEqual([]);
    const minutes = new Map<string, number>();
    for (const { time } of lines.filter(({ level }) => level >= 40)) {
      const minute = time.slice(0, 16);
      minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
    }
    for (const count of minutes.values()) expect(count).toBeLessThan(warningsAMinuteMax);
  }
}

/** The lines of an outage of this, of all the processes. */
export function outageLines(processes: readonly TestProcess[], what: string): string[] {
  const lines = processes.flatMap((one) => one.output().split('\n').slice(0, -1)).map(parse);
  return lines
    .filter((line) => (line as unknown as { what?: string }).what === what)
    .map(({ msg, error = '' }) => `${msg} ${error}`);
}

function parse(line: string): Line {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`This line is not JSON: ${line}`);
  }
}
