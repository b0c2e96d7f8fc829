import { TransientError } from '../../../src/errors/errors.js';
import { readAfterGaps } from '../../../src/sync/sweep/read-after-gap.js';
import { silent } from '../../helpers/config.js';
import { eventually } from '../../helpers/eventually.js';

/** A queue that refuses for a while, like one that has just come back. */
function refusing(times: number) {
  const asked: unknown[] = [];
  const everyTeam = async (occasion: unknown) => {
    asked.push(occasion);
    if (asked.length <= times) throw new TransientError('The queue can not be reached.');
  };
  return { asked, everyTeam };
}

it('requests once if the queue accepts it', async () => {
  const queue = refusing(0);
  await readAfterGaps(queue, silent, 1).after('queue');
  expect(queue.asked).toEqual([{ trigger: 'sweep' }]);
});

it('repeats the request until the queue accepts it', async () => {
  const queue = refusing(3);
  await readAfterGaps(queue, silent, 1).after('queue');
  expect(queue.asked).toHaveLength(4);
});

it('merges many gaps into one request', async () => {
  const queue = refusing(3);
  const gaps = readAfterGaps(queue, silent, 1);
  await Promise.all(Array.from({ length: 100 }, () => gaps.after('queue')));
  expect(queue.asked).toHaveLength(4);
});

it('requests once more for a gap during the request', async () => {
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

it('stops with its process', async () => {
  const queue = refusing(Number.POSITIVE_INFINITY);
  const gaps = readAfterGaps(queue, silent, 1);
  const asking = gaps.after('queue');
  await eventually(() => queue.asked.length > 2);
  gaps.close();
  await asking;
});
