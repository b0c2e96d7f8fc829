/**
 * A point in time, UTC, with microseconds: `2026-03-04T05:06:07.123456Z`. The text sorts like the time. JavaScript's Date has
 * only milliseconds, so it could not distinguish two reads in the same millisecond.
 */
export type Instant = string & { readonly __instant: unique symbol };

/**
 * @param iso ISO 8601 in UTC; the second may have any number of decimals
 * @throws TypeError if it is not
 */
export function instantOf(iso: string): Instant {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?Z$/.exec(iso);
  if (!match) throw new TypeError('Not an ISO 8601 time in UTC');
  return `${match[1]}.${(match[2] ?? '').padEnd(6, '0')}Z` as Instant;
}

export function earlier(a: Instant, b: Instant): Instant {
  return a < b ? a : b;
}

/** @param ms whole milliseconds; the microseconds stay as they are */
export function earlierBy(instant: Instant, ms: number): Instant {
  const micros = instant.slice(23, 26);
  const moved = new Date(Date.parse(`${instant.slice(0, 23)}Z`) - ms).toISOString();
  return `${moved.slice(0, 23)}${micros}Z` as Instant;
}
