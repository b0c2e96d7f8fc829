const minuteMs = 60_000;

/**
 * Limits log lines about single jobs or events, of which there may be a hundred thousand in a row. It passes on the first few
 * of each minute. The next line that is passed on also gets the number of lines that were dropped.
 * @param now milliseconds, of any clock
 */
export function limitPerMinute<T>(
  limit: number,
  write: (item: T, dropped: number) => void,
  now: () => number = Date.now,
): (item: T) => void {
  let since = Number.NEGATIVE_INFINITY;
  let written = 0;
  let dropped = 0;
  return (item) => {
    if (now() - since >= minuteMs) [since, written] = [now(), 0];
    if (written >= limit) {
      dropped += 1;
      return;
    }
    written += 1;
    write(item, dropped);
    dropped = 0;
  };
}
