import { TransientError } from '../../../src/errors/errors.js';
import { readAfterGaps } from '../../../src/sync/sweep/read-after-gap.js';
import { silent } from '../../helpers/config.js';
import { eventually } from '../../helpers/eventually.js';

/** A queue that refuses for a while, as one does that has just come back. */
function refusing(times: number) {
  const asked: unknown[] = [];
  const everyTeam = async (occasion: unknown) => {
    asked.push(occasion);
    if (asked.length <= times) throw new TransientError('The queue can not be reached.');
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

it('asks for many gaps at a time as for one, however often a connection comes and goes', async () => {
  const queue = refusing(3);
  const gaps = readAfterGaps(queue, silent, 1);
  await Promise.all(Array.from({ length: 100 }, () => gaps.after('queue')));
  expect(queue.asked).toHaveLength(4);
});

it('asks once more for a gap that comes while it asks', async () => {
  const asked: (() => void)[] = [];
  const everyTeam = () => new Promise<void>((resolve) => asked.push(resolve));
  const gaps = readAfterGaps({ everyTeam }, silent, 1);
  const first = gaps.after('worker');
  const second = gaps.after('queue');
  asked[0]?.();
  await eventually(() => asked.length === 2);
  asked[1]?.();
  await Promise.all([first, second]);
  expect(asked).toHaveLength(2);
});

it('ends when its process does', async () => {
  const queue = refusing(Number.POSITIVE_INFINITY);
  const gaps = readAfterGaps(queue, silent, 1);
  const asking = gaps.after('queue');
  await eventually(() => queue.asked.length > 2);
  gaps.close();
  await asking;
});
