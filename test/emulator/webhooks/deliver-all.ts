/** Delivers everything pending once, in the order and with the losses a test wants. */
import type { Message } from './message.js';
import type { Sender } from './sender.js';

export interface DeliverAllOptions {
  readonly shuffle?: boolean;
  /** The share of messages that are sent twice. */
  readonly duplicate?: number;
  readonly drop?: number | ((message: Message) => boolean);
  /** 1 keeps the order of arrival. */
  readonly concurrency?: number;
  /** Instead of the emulator's own. */
  readonly random?: () => number;
}

export async function deliverAll(
  sender: Sender,
  messages: readonly Message[],
  options: DeliverAllOptions & { readonly concurrency: number; readonly random: () => number },
): Promise<void> {
  const { shuffle = false, duplicate = 0, drop = 0, concurrency, random } = options;
  const isDropped = typeof drop === 'number' ? () => random() < drop : drop;
  const pending = messages.filter((message) => message.state === 'pending');
  for (const message of pending) if (isDropped(message)) message.state = 'dropped';
  const deliveries = pending
    .filter((message) => message.state === 'pending')
    .flatMap((message) => (random() < duplicate ? [message, message] : [message]));
  const queue = (shuffle ? shuffled(deliveries, random) : deliveries).values();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (const message of queue) await sender.attempt(message);
    }),
  );
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}
