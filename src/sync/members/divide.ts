/**
 * Makes one request for many items, or several requests with fewer items each if Stytch accepts fewer.
 * @param ask requests an answer for a group of items
 * @param giveUp the answer for a group whose request failed and can't be divided further
 * @returns an answer for each group, in the order of the items
 */
export type Divide = <Item, Answer>(
  items: readonly Item[],
  ask: (group: readonly Item[]) => Promise<Answer>,
  giveUp: (group: readonly Item[], error: unknown) => Promise<Answer>,
) => Promise<Answer[]>;

export type DivideOptions = {
  /** The most items in one request. */
  sizeMax: number;
  /** True if one item, or their number, may be the cause of the error. */
  isDivisible: (error: unknown) => boolean;
  /** True if these items were too heavy. Then nothing is learned about the number of items. */
  isWeight?: (error: unknown) => boolean;
  /** Milliseconds since 1970. */
  now?: () => number;
};

/** Halving takes ten requests from a thousand items to one. If ten in a row fail, the cause is not a single item. */
const failuresInARow = 10;
/** A learned size is forgotten after an hour: Stytch may only have been slow. */
const doubtAfterMs = 3_600_000;

/**
 * A request that fails is repeated with each half of its items, down to the one item that is the cause. So a problem of one
 * team or one id affects no other. If both halves succeed, there were too many items, and the smaller size is remembered.
 */
export function divider({ sizeMax, isDivisible, isWeight = () => false, now = Date.now }: DivideOptions): Divide {
  const learned = { size: sizeMax, atMs: 0 };
  const size = () => (now() - learned.atMs > doubtAfterMs ? sizeMax : learned.size);
  return async (items, ask, giveUp) => {
    const progress = { failures: 0 };
    const askOrHalve = async (
      group: typeof items,
    ): Promise<{ answers: Awaited<ReturnType<typeof ask>>[]; ok: boolean }> => {
      let wasTooHeavy = false;
      try {
        const answer = await ask(group);
        progress.failures = 0;
        return { answers: [answer], ok: true };
      } catch (error) {
        wasTooHeavy = isWeight(error);
        progress.failures += 1;
        const isOver = group.length === 1 || !isDivisible(error) || progress.failures >= failuresInARow;
        if (isOver) return { answers: [await giveUp(group, error)], ok: false };
      }
      const middle = Math.ceil(group.length / 2);
      const first = await askOrHalve(group.slice(0, middle));
      const second = await askOrHalve(group.slice(middle));
      const ok = first.ok && second.ok;
      if (ok && !wasTooHeavy) Object.assign(learned, { size: Math.min(size(), middle), atMs: now() });
      return { answers: [...first.answers, ...second.answers], ok };
    };
    const all = [];
    for (let i = 0, n = size(); i < items.length; i += n, n = size()) {
      all.push(...(await askOrHalve(items.slice(i, i + n))).answers);
    }
    return all;
  };
}
