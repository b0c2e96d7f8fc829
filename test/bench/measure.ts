import type { Step } from '../local/stack.js';
import type { Machine } from './machine.js';

/** One figure of the table: what was measured, and what design section 7 wants of it. */
export type Figure = { scenario: string; what: string; value: number; unit: string; reach?: string; met?: boolean };

export type Scenario = { name: string; about: string; run(machine: Machine, step: Step): Promise<Figure[]> };

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2
    ? (sorted[Math.floor(middle)] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
