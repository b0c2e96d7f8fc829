/** Loses the events of everything that happens while a change runs. */
export interface Silence {
  readonly isSilent: boolean;
  silently<T>(change: () => T): T;
}

export function createSilence(): Silence {
  let depth = 0;
  const end = () => {
    depth -= 1;
  };
  return {
    get isSilent() {
      return depth > 0;
    },
    silently(change) {
      depth += 1;
      let isPending = false;
      try {
        const result = change();
        isPending = result instanceof Promise;
        if (result instanceof Promise) result.then(end, end);
        return result;
      } finally {
        if (!isPending) end();
      }
    },
  };
}
