const minuteMs = 60_000;

/**
 * Passes on what is told of single things (jobs, events), of which there may be a hundred thousand in a row: the first few
 * of each minute, and with the next one how many there were meanwhile that were not passed on.
 * @param now milliseconds, of any clock
 */
export function limitPerMinute<T>(
  limit: number,
  tell: (one: T, untold: number) => void,
  now: () => number = Date.now,
): (one: T) => void {
  let since = Number.NEGATIVE_INFINITY;
  let told = 0;
  let untold = 0;
  return (one) => {
    if (now() - since >= minuteMs) [since, told] = [now(), 0];
    if (told >= limit) {
      untold += 1;
      return;
    }
    told += 1;
    tell(one, untold);
    untold = 0;
  };
}
