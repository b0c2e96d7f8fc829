import { createCoalescer } from '../../src/process/coalesce.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('runs at once, and once more for all requests during the run', async () => {
  const ends: (() => void)[] = [];
  const { nudge, settled } = createCoalescer(() => new Promise<void>((end) => void ends.push(end)));
  await settled(); // nothing to wait for
  nudge();
  nudge();
  nudge();
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await turn();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await settled();
  nudge();
  expect(ends).toHaveLength(3);
  ends[2]?.();
});
