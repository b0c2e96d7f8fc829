import { divider } from '../../../src/sync/members/divide.js';

class Refused extends Error {}
const hour = 3_600_000;
let nowMs = 0;
let asked: number[][] = [];
const divide = (sizeMax = 8, isDivisible = (error: unknown) => error instanceof Refused) =>
  divider({ sizeMax, isDivisible, now: () => nowMs });
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const unless = (isRefused: (group: readonly number[]) => boolean, error: Error = new Refused()) => {
  return async (group: readonly number[]) => {
    asked.push([...group]);
    if (isRefused(group)) throw error;
    return group.map((n) => `${n}`);
  };
};
const giveUp = async (group: readonly number[]) => group.map((n) => `no ${n}`);

beforeEach(() => {
  nowMs = hour * 1000;
  asked = [];
});

it('makes one request for as many items as fit', async () => {
  expect(
    (
      await divide()(
        numbers(10),
        unless(() => false),
        giveUp,
      )
    ).flat(),
  ).toEqual(numbers(10).map(String));
  expect(asked.map(({ length }) => length)).toEqual([8, 2]);
});

it('makes no request without items', async () => {
  expect(
    await divide()(
      [],
      unless(() => false),
      giveUp,
    ),
  ).toEqual([]);
});

it('halves down to the one bad item, answers the others, and learns nothing from it', async () => {
  const one = divide();
  const poison = unless((group) => group.includes(5));
  expect((await one(numbers(8), poison, giveUp)).flat()).toEqual(['0', '1', '2', '3', '4', 'no 5', '6', '7']);
  asked = [];
  await one(
    numbers(8),
    unless(() => false),
    giveUp,
  );
  expect(asked).toHaveLength(1);
});

it('remembers the size that succeeded, and forgets it after an hour', async () => {
  const one = divide();
  const small = unless((group) => group.length > 3);
  await one(numbers(8), small, giveUp);
  asked = [];
  await one(numbers(8), small, giveUp);
  expect(asked.map(({ length }) => length)).toEqual([2, 2, 2, 2]);
  asked = [];
  nowMs += hour + 1;
  await one(
    numbers(8),
    unless(() => false),
    giveUp,
  );
  expect(asked.map(({ length }) => length)).toEqual([8]);
});

it('does not halve if no single item can be the cause', async () => {
  const out = new Error('away');
  expect(
    (
      await divide()(
        numbers(8),
        unless(() => true, out),
        giveUp,
      )
    ).flat(),
  ).toEqual(numbers(8).map((n) => `no ${n}`));
  expect(asked).toHaveLength(1);
});

it('stops after ten failures in a row, because then no single item is the cause', async () => {
  const answers = await divide(1024)(
    numbers(1024),
    unless(() => true),
    giveUp,
  );
  expect(answers.flat()).toEqual(numbers(1024).map((n) => `no ${n}`));
  expect(asked.length).toBeLessThan(25);
});
