import type { RunDetails } from 'fast-check';

/** Says what failed and how to have it again; not the whole batch of requests that it was in. */
export function fuzzReporter<T>(run: RunDetails<T>): void {
  if (run.failed) throw new Error(`seed ${run.seed}, path ${run.counterexamplePath}: ${run.errorInstance}`);
}
