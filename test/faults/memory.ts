import { readFileSync } from 'node:fs';
import type { TestProcess } from '../helpers/processes.js';

/** Resident memory at most, in MiB, of the largest of these processes that live; null where the system does not tell. */
export function peakMiB(processes: readonly TestProcess[]): number | null {
  const peaks = processes.map(({ child }) => peakOf(child.pid)).filter((peak) => peak !== null);
  return peaks.length === 0 ? null : Math.round(Math.max(...peaks));
}

function peakOf(pid: number | undefined): number | null {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null; // not Linux, or the process has ended
  }
}
