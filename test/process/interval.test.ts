import { atInterval } from '../../src/process/interval.js';
import { eventually } from '../helpers/eventually.js';

it('does one run at a time, and waits for it when stopped', async () => {
  let begun = 0;
  let end = () => {};
  const repeating = atInterval(1, () => {
    begun++;
    return new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  await eventually(() => begun === 1);
  let stopped = false;
  const stop = repeating.stop().then(() => {
    stopped = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect([begun, stopped]).toEqual([1, false]);
  end();
  await stop;
  expect(begun).toBe(1);
});

it('stops although a run hangs', async () => {
  let begun = 0;
  const repeating = atInterval(1, () => {
    begun++;
    return new Promise(() => {});
  });
  await eventually(() => begun === 1);
  await repeating.stop();
  expect(begun).toBe(1);
});
