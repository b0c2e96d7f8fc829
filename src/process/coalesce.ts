/**
 * Does something once for any number of wishes: now if it is not under way, else once more after it.
 * @param work must not reject: there is nobody to tell but itself
 */
export function createCoalescer(work: () => Promise<unknown>): { nudge(): void; settled(): Promise<void> } {
  let current: Promise<unknown> | null = null;
  let isWanted = false;
  const run = async () => {
    while (isWanted) {
      isWanted = false;
      await work();
    }
    current = null;
  };
  return {
    nudge: () => {
      isWanted = true;
      current ??= run();
    },
    settled: async () => {
      await current;
    },
  };
}
