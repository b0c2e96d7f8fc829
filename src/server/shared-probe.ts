/** Any number of load balancers cost one probe a second, and no result is older than a second. */
const keptMs = 1_000;

/** Shares a probe: it runs once at a time, and its result is kept for a second. @param now milliseconds, of any clock */
export function sharedProbe<T>(probe: () => Promise<T>, now: () => number = Date.now): () => Promise<T> {
  let result: Promise<T> | null = null;
  let endedAt: number | null = null;
  return () => {
    const isKept = result !== null && (endedAt === null || now() - endedAt < keptMs);
    if (isKept && result !== null) return result;
    endedAt = null;
    result = probe().finally(() => {
      endedAt = now();
    });
    return result;
  };
}
