/** Svix's retry schedule: each wait is counted from the failure before. */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const WAITS_MS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];

export const TIMEOUT_MS = 15 * SECOND;

/** undefined after the eighth failure: there is no ninth attempt. */
export function waitAfterFailure(failures: number): number | undefined {
  return WAITS_MS[failures - 1];
}
