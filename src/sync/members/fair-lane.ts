/**
 * Runs work a few at a time. The work of one key never takes all the places, and keys take turns, so that nobody waits for
 * another's thousands.
 */
export type FairLane = {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** How much work of this key waits for its turn. */
  waiting(key: string): number;
};

export type FairLaneOptions = {
  /** Works at the same time. */
  atOnce: number;
  /** Of one key. */
  atOnceOfOne: number;
};

export function fairLane({ atOnce, atOnceOfOne }: FairLaneOptions): FairLane {
  /** Works that wait, by key; the key whose turn is next comes first. */
  const waiting = new Map<string, (() => void)[]>();
  const running = new Map<string, number>();
  let total = 0;
  const count = (key: string, change: number) => {
    const now = (running.get(key) ?? 0) + change;
    if (now === 0) running.delete(key);
    else running.set(key, now);
    total += change;
  };
  const next = () => [...waiting.keys()].find((key) => (running.get(key) ?? 0) < atOnceOfOne);
  const beginWaiting = () => {
    for (let key = next(); key !== undefined && total < atOnce; key = next()) {
      const works = waiting.get(key) ?? [];
      const begin = works.shift();
      waiting.delete(key); // to the end of the line
      if (works.length > 0) waiting.set(key, works);
      count(key, 1);
      begin?.();
    }
  };
  return {
    waiting: (key) => waiting.get(key)?.length ?? 0,
    run: async (key, work) => {
      await new Promise<void>((begin) => {
        const works = waiting.get(key);
        if (works) works.push(begin);
        else waiting.set(key, [begin]);
        beginWaiting();
      });
      try {
        return await work();
      } finally {
        count(key, -1);
        beginWaiting();
      }
    },
  };
}
