import { setTimeout as sleep } from 'node:timers/promises';
import DataLoader from 'dataloader';
import { noTracing, type Tracing } from '../../monitoring/tracing/tracing.js';

/**
 * Answers each item, in order, or promises to, so that the others need not wait for it; calls onRead as soon as the next
 * batch may start.
 */
export type BatchWork<Item, Answer> = (items: readonly Item[], onRead: () => void) => Promise<Promised<Answer>[]>;
export type Promised<Answer> = Answer | Error | Promise<Answer | Error>;

/** Items that come this close together are worked on together; a hundredth of what a read from Stytch takes. */
const windowMs = 5;

/**
 * Lets single items be worked on together: whatever arrives while a batch is being read from Stytch makes up the next
 * one. So batches are as large as Stytch is slow, one read is under way at a time, and a batch is written while the next
 * one is read. A batch is a step of its own, linked to the traces of its items.
 */
export function createBatcher<Item, Answer>(
  work: BatchWork<Item, Answer>,
  { sizeMax, before = () => undefined, tracing = noTracing }: BatcherOptions,
): (item: Item) => Promise<Answer> {
  let turn: Promise<void> = Promise.resolve();
  let endTurn = () => {};
  let waiting = 0;
  const begin = (asked: readonly Asked<Item>[]) => {
    waiting -= asked.length;
    const items = asked.map(({ item }) => item);
    const step = { name: 'reconcile', causes: asked.map(({ trace }) => trace), facts: { 'scim.batch': asked.length } };
    return tracing.step(step, () => work(items, endTurn).then(asAnswers)).finally(endTurn);
  };
  const loader = new DataLoader<Asked<Item>, Answer>(begin, {
    cache: false, // what is shared is the read; each item is asked for once
    maxBatchSize: sizeMax,
    batchScheduleFn: (dispatch) => {
      const previous = turn;
      turn = new Promise((resolve) => {
        void previous
          .then(() => sleep(windowMs))
          .then(() => before(waiting))
          .catch(() => {}) // then the work fails for the same reason, and says so to each item
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
  /** Waited for before each batch; what arrives meanwhile comes along. */
  before?: (waiting: number) => Promise<unknown> | undefined;
  tracing?: Tracing;
};

/** DataLoader takes an error for a refusal, and waits for a promise. */
function asAnswers<Answer>(promised: Promised<Answer>[]): (Answer | Error)[] {
  return promised.map((one) => (one instanceof Promise ? (one.then(orThrow) as Answer) : one));
}

function orThrow<Answer>(answer: Answer | Error): Answer {
  if (answer instanceof Error) throw answer;
  return answer;
}

type Asked<Item> = { item: Item; trace: string | undefined };
