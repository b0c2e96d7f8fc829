import { historyOf } from '../histories/history.js';
import { chosenWeaknesses, weaknessNames } from '../histories/weaknesses.js';

/** The weaknesses of Stytch in histories. */

test.each([
  [undefined, weaknessNames],
  ['all', weaknessNames],
  ['none', []],
  ['lag, get', ['lag', 'get']],
  ['-lag,-get', weaknessNames.filter((name) => name !== 'lag' && name !== 'get')],
  ['all,-lag', weaknessNames.filter((name) => name !== 'lag')],
])('%s', (text, expected) => {
  expect([...chosenWeaknesses(text)]).toEqual(expected);
});

test('an unknown word is refused', () => {
  expect(() => chosenWeaknesses('lag,-veiw')).toThrow('-veiw');
});

const all = chosenWeaknesses('all');
const seeds = Array.from({ length: 300 }, (_, n) => 1_000 + n);

test('a history is reproducible, and without some weaknesses it is the same in everything else', () => {
  for (const seed of seeds.slice(0, 20)) {
    expect(historyOf(seed, all)).toEqual(historyOf(seed, all));
    const { weak, repost, ...rest } = historyOf(seed, chosenWeaknesses('none'));
    expect(Object.values(weak).every((value) => value === null)).toBe(true);
    expect(historyOf(seed, all)).toMatchObject(rest);
    expect(['reuse', 'new']).toContain(repost);
  }
});

test('each weakness is in some histories, but not in most of them', () => {
  const weak = seeds.map((seed) => historyOf(seed, all).weak);
  for (const name of weaknessNames) {
    const share = weak.filter((one) => one[name] !== null).length / weak.length;
    expect([name, share > 0.1 && share < 0.7]).toEqual([name, true]);
  }
});

test('where hints suffice, no hint is lost and no weakness hides a change', () => {
  const calm = seeds.map((seed) => historyOf(seed, all)).filter(({ hintsSuffice }) => hintsSuffice);
  expect(calm.length).toBeGreaterThan(30);
  for (const { steps, delivery, weak } of calm) {
    expect(steps.some((step) => 'lost' in step && step.lost)).toBe(false);
    const { lag, view, names, cursors, get, times } = weak;
    expect([delivery.drop, lag, view, names, cursors, get, times]).toEqual([0, ...Array(6).fill(null)]);
  }
});
