/**
 * Asks one question about many items, or several about fewer each where Stytch takes fewer.
 * @param ask about a group of items
 * @param giveUp the answer for a group whose question failed and can't be divided any more
 * @returns an answer for each group, in the order of the items
 */
export type Divide = <Item, Answer>(
  items: readonly Item[],
  ask: (group: readonly Item[]) => Promise<Answer>,
  giveUp: (group: readonly Item[], error: unknown) => Promise<Answer>,
) => Promise<Answer[]>;

export type DivideOptions = {
  /** Items in one question, as far as is known. */
  sizeMax: number;
  /** Whether a failure may be one item's own, or that there are too many of them. */
  isDivisible: (error: unknown) => boolean;
  /** Whether it says nothing about how many items there may be: these ones were too heavy. */
  isWeight?: (error: unknown) => boolean;
  /** Milliseconds since 1970. */
  now?: () => number;
};

/** From a thousand items down to one takes ten: when so many questions in a row failed, it is no item's own trouble. */
const failuresInARow = 10;
/** A size that was learned is doubted again after this: Stytch may only have been slow. */
const doubtAfterMs = 3_600_000;

/**
 * A question that fails is asked again about each half of its items, down to the one that is the trouble. So one team's, or
 * one id's, trouble is its own; and when both halves are answered it was only too much at once, and their size is remembered.
 */
export function divider({ sizeMax, isDivisible, isWeight = () => false, now = Date.now }: DivideOptions): Divide {
  const learned = { size: sizeMax, atMs: 0 };
  const size = () => (now() - learned.atMs > doubtAfterMs ? sizeMax : learned.size);
  return async (items, ask, giveUp) => {
    const progress = { failures: 0 };
    const askOrHalve = async (
      group: typeof items,
    ): Promise<{ answers: Awaited<ReturnType<typeof ask>>[]; ok: boolean }> => {
      let saysNothing = false;
      try {
        const answer = await ask(group);
        progress.failures = 0;
        return { answers: [answer], ok: true };
      } catch (error) {
        saysNothing = isWeight(error);
        progress.failures += 1;
        const isOver = group.length === 1 || !isDivisible(error) || progress.failures >= failuresInARow;
        if (isOver) return { answers: [await giveUp(group, error)], ok: false };
      }
      const middle = Math.ceil(group.length / 2);
      const first = await askOrHalve(group.slice(0, middle));
      const second = await askOrHalve(group.slice(middle));
      const ok = first.ok && second.ok;
      if (ok && !saysNothing) Object.assign(learned, { size: Math.min(size(), middle), atMs: now() });
      return { answers: [...first.answers, ...second.answers], ok };
    };
    const all = [];
    for (let i = 0, n = size(); i < items.length; i += n, n = size()) {
      all.push(...(await askOrHalve(items.slice(i, i + n))).answers);
    }
    return all;
  };
}
