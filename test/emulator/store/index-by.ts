/** Finds the id of the record that holds a key. */
export interface Index<T> {
  find(key: string): string | undefined;
  replace(id: string, before: T | undefined, after: T | undefined): void;
}

export function indexBy<T>(keysOf: (record: T) => readonly string[]): Index<T> {
  const ids = new Map<string, string>();
  return {
    find: (key) => ids.get(key),
    replace(id, before, after) {
      for (const key of before === undefined ? [] : keysOf(before)) if (ids.get(key) === id) ids.delete(key);
      for (const key of after === undefined ? [] : keysOf(after)) ids.set(key, id);
    },
  };
}
