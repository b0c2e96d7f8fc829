/** Finds the ids of all records that hold a key. */
export interface ManyIndex<T> {
  /** In the order in which they came to hold it. */
  find(key: string): readonly string[];
  replace(id: string, before: T | undefined, after: T | undefined): void;
}

export function indexManyBy<T>(keysOf: (record: T) => readonly string[]): ManyIndex<T> {
  const ids = new Map<string, Set<string>>();

  function drop(id: string, key: string): void {
    const holders = ids.get(key);
    holders?.delete(id);
    if (holders?.size === 0) ids.delete(key);
  }

  return {
    find: (key) => [...(ids.get(key) ?? [])],
    replace(id, before, after) {
      const [left, held] = [before, after].map((record) => (record === undefined ? [] : keysOf(record)));
      for (const key of left ?? []) if (!held?.includes(key)) drop(id, key);
      for (const key of held ?? []) ids.set(key, (ids.get(key) ?? new Set()).add(id));
    },
  };
}
