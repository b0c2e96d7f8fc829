import { batchByTick } from '../../src/webhook/batch-by-tick.js';

it('makes one call for the items of one tick, and another for later ones', async () => {
  const calls: number[][] = [];
  const add = batchByTick<number>(async (items) => void calls.push(items));
  await Promise.all([add(1), add(2), add(3)]);
  await add(4);
  expect(calls).toEqual([[1, 2, 3], [4]]);
});

it('settles all items when the call ends, with its result', async () => {
  let end = (_error?: Error) => {};
  const add = batchByTick<number>(
    () =>
      new Promise((resolve, reject) => {
        end = (error) => (error ? reject(error) : resolve());
      }),
  );
  let told = 0;
  const both = [add(1), add(2)].map((asked) => asked.finally(() => told++));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(told).toBe(0);
  end(new Error('away'));
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

it('works again after a failed call', async () => {
  let calls = 0;
  const add = batchByTick<number>(async () => {
    if (++calls === 1) throw new Error('away');
  });
  await expect(add(1)).rejects.toThrow('away');
  await expect(add(2)).resolves.toBeUndefined();
});
