import { createMemory } from '../../src/process/memory-budget.js';

const working = (memory: ReturnType<typeof createMemory>, bytes: number) => {
  let end = () => {};
  let begun = false;
  const done = memory.hold(bytes, async () => {
    begun = true;
    await new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  return { begun: () => begun, end: () => end(), done };
};
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('starts work that fits, and the rest in order of arrival', async () => {
  const memory = createMemory(100);
  const [first, second, large, small] = [60, 40, 100, 10].map((bytes) => working(memory, bytes));
  await turn();
  expect([first, second, large, small].map((one) => one?.begun())).toEqual([true, true, false, false]);
  first?.end();
  await first?.done;
  await turn();
  expect([large?.begun(), small?.begun()]).toEqual([false, false]); // the small one does not overtake
  second?.end();
  await second?.done;
  await turn();
  expect([large?.begun(), small?.begun()]).toEqual([true, false]);
  large?.end();
  await turn();
  expect(small?.begun()).toBe(true);
  small?.end();
});

it('starts work that needs more than there is, alone', async () => {
  expect(await createMemory(100).hold(1_000, async ({ take }) => [take(100), take(1)])).toEqual([true, false]);
});

it('gives more than estimated while there is room, and frees it all, also after a failure', async () => {
  const memory = createMemory(100);
  const failing = memory.hold(10, async ({ take }) => {
    expect([take(10), take(50), take(41), take(40)]).toEqual([true, true, false, true]);
    throw new Error('failed');
  });
  await expect(failing).rejects.toThrow('failed');
  expect(await memory.hold(100, async ({ take }) => take(100))).toBe(true);
});

it('has room again for freed bytes', async () => {
  await createMemory(100).hold(10, async ({ take, giveBack }) => {
    expect([take(100), take(1)]).toEqual([true, false]);
    giveBack(100);
    expect([take(100), take(1)]).toEqual([true, false]);
  });
});

it('remembers the size of members, of the organization with the largest', () => {
  const memory = createMemory();
  expect(memory.bytesPerMember([])).toBe(memory.bytesPerMember(['unseen']));
  memory.learn(['heavy'], 50_000);
  memory.learn(['light'], 500);
  expect([['light'], ['light', 'heavy'], ['heavy', null]].map((ids) => memory.bytesPerMember(ids))).toEqual([
    500, 50_000, 50_000,
  ]);
});

it('remembers only the last ten thousand organizations', () => {
  const memory = createMemory();
  memory.learn(['first'], 50_000);
  for (let n = 0; n < 10_000; n++) memory.learn([`o${n}`], 500);
  expect(memory.bytesPerMember(['first'])).toBe(memory.bytesPerMember(['unseen']));
  expect(memory.bytesPerMember(['o9999'])).toBe(500);
});
