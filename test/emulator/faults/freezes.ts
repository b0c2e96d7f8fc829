/** Freezes an answer: it says what was true when the call arrived, and leaves when the test says so. */
import type { CallName } from '../api/call-log.js';

export interface Freeze {
  /** Resolves when the call is there and its answer is fixed. */
  readonly arrived: Promise<void>;
  release(): void;
}

export interface Freezes {
  /** The next call of that name: a slow read that is overtaken by newer ones. */
  freeze(call: CallName): Freeze;
}

interface Waiting {
  readonly call: CallName;
  readonly arrive: () => void;
  readonly released: Promise<void>;
  readonly release: () => void;
}

export function createFreezes() {
  const waiting: Waiting[] = [];
  const held = new Set<Waiting>();
  return {
    freeze(call: CallName): Freeze {
      const arrival = deferred();
      const departure = deferred();
      waiting.push({ call, arrive: arrival.resolve, released: departure.promise, release: departure.resolve });
      return { arrived: arrival.promise, release: departure.resolve };
    },
    async hold(call: CallName): Promise<void> {
      const index = waiting.findIndex((freeze) => freeze.call === call);
      const [freeze] = index < 0 ? [] : waiting.splice(index, 1);
      if (freeze === undefined) return;
      held.add(freeze);
      freeze.arrive();
      await freeze.released;
      held.delete(freeze);
    },
    reset(): void {
      waiting.length = 0;
      for (const freeze of held) freeze.release();
    },
  };
}

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((resolved) => {
    resolve = resolved;
  });
  return { promise, resolve };
}
