import { randomInt } from 'node:crypto';

/**
 * Chooses items until their weight reaches `most`: one of each owner in turn, and at random among one owner's. So an owner
 * with many items gets only what the others leave, and each item is chosen at some time. The first item is never too heavy.
 */
export function shareFairly<Item>(
  items: readonly Item[],
  ownerOf: (item: Item) => string | null,
  { weigh, most }: { weigh: (item: Item) => number; most: number },
): Item[] {
  const owned = new Map<string | null, Item[]>();
  for (const item of items) {
    const own = owned.get(ownerOf(item));
    if (own === undefined) owned.set(ownerOf(item), [item]);
    else own.push(item);
  }
  const chosen: Item[] = [];
  let [lots, room] = [[...owned.values()].map(shuffled), most];
  while (lots.length > 0 && room > 0) {
    for (const lot of lots) {
      const item = lot.pop() as Item;
      const weight = weigh(item);
      if (chosen.length > 0 && weight > room) continue; // a later run takes it
      chosen.push(item);
      room -= weight;
    }
    lots = lots.filter((lot) => lot.length > 0);
  }
  return chosen;
}

/** https://en.wikipedia.org/wiki/Fisher%E2%80%93Yates_shuffle */
function shuffled<Item>(items: readonly Item[]): Item[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [all[i], all[j]] = [all[j] as Item, all[i] as Item];
  }
  return all;
}
