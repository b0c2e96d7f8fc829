/**
 * Merges requests for the same work. A request while the work is running makes it run once more afterwards, however many
 * requests there are.
 * @param work must not reject: nobody handles its rejection
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
