import { Unavailable } from '../src/failures.js';
import { readAfterGaps } from '../src/reconcile/read-after-gap.js';
import { silent } from './support/config.js';
import { eventually } from './support/eventually.js';

/** A queue that refuses for a while, as one does that has just come back. */
function refusing(times: number) {
  const asked: unknown[] = [];
  const everyTeam = async (occasion: unknown) => {
    asked.push(occasion);
    if (asked.length <= times) throw new Unavailable('The queue can not be reached.');
  };
  return { asked, everyTeam };
}

it('asks once where the queue takes it at once', async () => {
  const queue = refusing(0);
  await readAfterGaps(queue, silent, 1).after('queue');
  expect(queue.asked).toEqual([{ trigger: 'sweep' }]);
});

it('asks again until the queue takes it', async () => {
  const queue = refusing(3);
  await readAfterGaps(queue, silent, 1).after('queue');
  expect(queue.asked).toHaveLength(4);
});

it('ends when its process does', async () => {
  const queue = refusing(Number.POSITIVE_INFINITY);
  const gaps = readAfterGaps(queue, silent, 1);
  const asking = gaps.after('queue');
  await eventually(() => queue.asked.length > 2);
  gaps.close();
  await asking;
});
