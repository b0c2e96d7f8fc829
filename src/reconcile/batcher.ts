import { setTimeout as sleep } from 'node:timers/promises';
import DataLoader from 'dataloader';

/** Answers each item, in order; calls onRead as soon as the next batch may start. */
export type BatchWork<Item, Answer> = (items: readonly Item[], onRead: () => void) => Promise<(Answer | Error)[]>;

/** Items that come this close together are worked on together; a hundredth of what a read from Stytch takes. */
const windowMs = 5;

/**
 * Lets single items be worked on together: whatever arrives while a batch is being read from Stytch makes up the next
 * one. So batches are as large as Stytch is slow, one read is under way at a time, and a batch is written while the next
 * one is read.
 */
export function createBatcher<Item, Answer>(
  work: BatchWork<Item, Answer>,
  options: { sizeMax: number },
): (item: Item) => Promise<Answer> {
  let turn: Promise<void> = Promise.resolve();
  let endTurn = () => {};
  const loader = new DataLoader<Item, Answer>((items) => work(items, endTurn).finally(endTurn), {
    cache: false, // what is shared is the read; each item is asked for once
    maxBatchSize: options.sizeMax,
    batchScheduleFn: (dispatch) => {
      const before = turn;
      turn = new Promise((resolve) => {
        void before
          .then(() => sleep(windowMs))
          .then(() => {
            endTurn = resolve;
            dispatch(); // calls work before it returns
          });
      });
    },
  });
  return (item) => loader.load(item);
}
