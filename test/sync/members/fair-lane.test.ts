import { fairLane } from '../../../src/sync/members/fair-lane.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Work that ends on demand, in the order of its start. */
function lane(options: { atOnce: number; atOnceOfOne: number }) {
  const { run, waiting } = fairLane(options);
  const begun: { name: string; end: () => void }[] = [];
  const start = (key: string, count: number) =>
    Array.from({ length: count }, (_, n) =>
      run(key, () => new Promise<void>((end) => void begun.push({ name: `${key}${n}`, end }))),
    );
  return { start, waiting, begun, names: () => begun.map(({ name }) => name) };
}

it('starts as much work as the limits for all keys and for one key allow', async () => {
  const { start, names, waiting } = lane({ atOnce: 3, atOnceOfOne: 2 });
  start('a', 5);
  await turn();
  expect(names()).toEqual(['a0', 'a1']);
  expect([waiting('a'), waiting('b')]).toEqual([3, 0]);
  start('b', 1);
  await turn();
  expect(names()).toEqual(['a0', 'a1', 'b0']);
});

it('lets keys take turns, for any backlog', async () => {
  const { start, names, begun } = lane({ atOnce: 1, atOnceOfOne: 1 });
  start('a', 3);
  start('b', 2);
  start('c', 1);
  for (let n = 0; n < 6; n++) {
    await turn();
    begun[n]?.end();
  }
  await turn();
  expect(names()).toEqual(['a0', 'a1', 'b0', 'c0', 'a2', 'b1']); // a1 waited before b came
});

it('continues after a failure', async () => {
  const { run } = fairLane({ atOnce: 1, atOnceOfOne: 1 });
  await expect(run('a', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await run('a', async () => 'done')).toBe('done');
});
