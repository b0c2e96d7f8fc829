/** Sends what is due, some at a time, and brings failures back when the schedule says so. */
import type { Clock } from '../clock.js';
import { type Attempt, type Message, record } from './message.js';
import { createQueue } from './queue.js';
import { waitAfterFailure } from './retry-schedule.js';
import { soon } from './soon.js';

export interface Sender {
  /** Queues a message; a copy has no retries of its own. */
  send(message: Message, options?: { readonly dueMs?: number; readonly isCopy?: boolean }): void;
  /** One attempt now, whatever the schedule says. */
  attempt(message: Message): Promise<Attempt>;
  /** Resolves when nothing is in flight or due now. */
  settled(): Promise<void>;
}

export interface SenderOptions {
  readonly clock: Clock;
  readonly concurrency: () => number;
  /** Random picks while deliveries are to be shuffled. */
  readonly random: () => (() => number) | undefined;
  /** Whether messages leave by themselves. */
  readonly isSending: () => boolean;
  readonly post: (message: Message) => Promise<Attempt>;
}

interface Delivery {
  readonly message: Message;
  readonly isCopy: boolean;
  readonly failures: number;
}

export function createSender({ clock, concurrency, random, isSending, post }: SenderOptions): Sender {
  const due = createQueue<Delivery>();
  const settledCallbacks = new Set<() => void>();
  let inFlight = 0;
  // Not in the caller's stack: the change that sends the webhook comes first.
  const pumpSoon = soon(pump);

  function pump(): void {
    while (inFlight < concurrency() && due.size > 0) {
      const delivery = due.take(random());
      if (delivery !== undefined && isWanted(delivery)) void deliver(delivery);
    }
    if (inFlight > 0 || due.size > 0) return;
    for (const resolve of settledCallbacks) resolve();
    settledCallbacks.clear();
  }

  const isWanted = ({ message, failures }: Delivery): boolean =>
    isSending() && (failures === 0 || message.state === 'pending');

  async function deliver(delivery: Delivery): Promise<void> {
    await attempt(delivery.message);
    retryLater(delivery);
    pump();
  }

  async function attempt(message: Message): Promise<Attempt> {
    inFlight += 1;
    const attempted = await post(message).finally(() => {
      inFlight -= 1;
    });
    record(message, attempted);
    return attempted;
  }

  function retryLater({ message, isCopy, failures }: Delivery): void {
    if (message.state !== 'pending' || isCopy || !isSending()) return;
    const waitMs = waitAfterFailure(failures + 1);
    if (waitMs === undefined) message.state = 'failed';
    else enqueueAt(clock.now() + waitMs, { message, isCopy, failures: failures + 1 });
  }

  function enqueueAt(dueMs: number, delivery: Delivery): void {
    clock.at(dueMs, () => {
      due.push(delivery);
      pumpSoon();
    });
  }

  return {
    send(message, { dueMs, isCopy = false } = {}) {
      const delivery = { message, isCopy, failures: 0 };
      if (dueMs !== undefined && dueMs > clock.now()) return enqueueAt(dueMs, delivery);
      due.push(delivery);
      pumpSoon();
    },
    async attempt(message) {
      const attempted = await attempt(message);
      pumpSoon();
      return attempted;
    },
    settled: () =>
      new Promise((resolve) => {
        settledCallbacks.add(resolve);
        pumpSoon();
      }),
  };
}
