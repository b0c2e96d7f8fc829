import { setTimeout as sleep } from 'node:timers/promises';
import DataLoader from 'dataloader';
import { noTracing, type Tracing } from '../../monitoring/tracing/tracing.js';

/** Returns an answer, or a promise of one, for each item in order. Calls onRead as soon as the next batch may start. */
export type BatchWork<Item, Answer> = (items: readonly Item[], onRead: () => void) => Promise<Promised<Answer>[]>;
/** A promise keeps the other items of the batch from waiting for this answer. */
export type Promised<Answer> = Answer | Error | Promise<Answer | Error>;

/** Items that arrive within this time form a batch. It is a small part of the time that a read from Stytch takes (150 ms). */
const windowMs = 5;

/**
 * Collects single items into batches. Items that arrive while a batch is read from Stytch form the next batch, so batches grow
 * when Stytch is slow. One batch is read at a time, and written while the next one is read. In traces, a batch is a step of its
 * own, linked to the traces of its items.
 */
export function createBatcher<Item, Answer>(
  work: BatchWork<Item, Answer>,
  { sizeMax, before = () => undefined, tracing = noTracing }: BatcherOptions,
): (item: Item) => Promise<Answer> {
  let turn: Promise<void> = Promise.resolve();
  let endTurn = () => {};
  let waiting = 0;
  const begin = (batch: readonly Queued<Item>[]) => {
    waiting -= batch.length;
    const items = batch.map(({ item }) => item);
    const step = { name: 'reconcile', causes: batch.map(({ trace }) => trace), facts: { 'scim.batch': batch.length } };
    return tracing.step(step, () => work(items, endTurn).then(asAnswers)).finally(endTurn);
  };
  const loader = new DataLoader<Queued<Item>, Answer>(begin, {
    cache: false, // each item is loaded once
    maxBatchSize: sizeMax,
    batchScheduleFn: (dispatch) => {
      const previous = turn;
      turn = new Promise((resolve) => {
        void previous
          .then(() => sleep(windowMs))
          .then(() => before(waiting))
          .catch(() => {}) // the work fails for the same reason, and each item gets that error
          .then(() => {
            endTurn = resolve;
            dispatch(); // calls work before it returns
          });
      });
    },
  });
  return (item) => {
    waiting++;
    return loader.load({ item, trace: tracing.carry() });
  };
}

export type BatcherOptions = {
  sizeMax: number;
  /** The next batch waits for this; items that arrive meanwhile join it. */
  before?: (waiting: number) => Promise<unknown> | undefined;
  tracing?: Tracing;
};

/** DataLoader rejects an item whose answer is an Error, and awaits a promise. */
function asAnswers<Answer>(promised: Promised<Answer>[]): (Answer | Error)[] {
  return promised.map((one) => (one instanceof Promise ? (one.then(orThrow) as Answer) : one));
}

function orThrow<Answer>(answer: Answer | Error): Answer {
  if (answer instanceof Error) throw answer;
  return answer;
}

type Queued<Item> = { item: Item; trace: string | undefined };
