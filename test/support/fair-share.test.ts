import { shareFairly } from '../../src/replay/fair-share.js';

type Item = { owner: string | null; n: number; weight?: number };
const items = (owner: string | null, count: number, weight = 1): Item[] =>
  Array.from({ length: count }, (_, n) => ({ owner, n, weight }));
const choose = (all: Item[], most: number) =>
  shareFairly(all, ({ owner }) => owner, { weigh: ({ weight = 1 }) => weight, most });
const countOf = (chosen: Item[], owner: string | null) => chosen.filter((one) => one.owner === owner).length;

it('takes all where there is room, each once', () => {
  const all = [...items('a', 3), ...items(null, 2)];
  const chosen = choose(all, 10);
  expect(chosen).toHaveLength(5);
  expect(new Set(chosen)).toEqual(new Set(all));
});

it('gives who has many what the others leave', () => {
  const chosen = choose([...items('a', 1_000), ...items('b', 3), ...items(null, 20)], 30);
  expect([countOf(chosen, 'a'), countOf(chosen, 'b'), countOf(chosen, null)]).toEqual([14, 3, 13]);
});

it('passes over none for ever', () => {
  const all = items('a', 20);
  const seen = new Set<Item>();
  for (let run = 0; run < 500 && seen.size < 20; run++) for (const one of choose(all, 2)) seen.add(one);
  expect(seen.size).toBe(20);
});

it('counts by weight; what is too heavy for the rest of the room leaves it to others, and alone it is not too heavy', () => {
  const chosen = choose([...items('a', 1, 100), ...items('b', 1, 5), ...items('c', 9)], 100);
  expect(chosen.reduce((sum, { weight = 1 }) => sum + weight, 0)).toBeLessThanOrEqual(100);
  expect(choose(items('a', 2, 500), 100)).toHaveLength(1);
  expect(choose([], 100)).toEqual([]);
});
