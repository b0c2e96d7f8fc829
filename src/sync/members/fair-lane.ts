/** Limits how much work runs at the same time, in total and for each key. Keys take turns, so a long backlog of one delays no other. */
export type FairLane = {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** How much work of this key is waiting. */
  waiting(key: string): number;
};

export type FairLaneOptions = {
  /** Limit for all keys together. */
  atOnce: number;
  /** Limit for one key. */
  atOnceOfOne: number;
};

/** A lane with these limits. */
export function fairLane({ atOnce, atOnceOfOne }: FairLaneOptions): FairLane {
  /** Waiting work by key. The key whose turn is next is first. */
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
      waiting.delete(key); // so that the key is appended at the end
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
