/** Long enough that balancers who ask every second, however many, cost one probe a second; too short to be out of date. */
const keptMs = 1_000;

/** The same probe for all who ask: one at a time, and its result for a second. @param now milliseconds, of any clock */
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
