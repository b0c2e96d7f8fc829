/** All messages in order; with a limit, the oldest that need nothing more make room. */
import type { Message } from './message.js';

export interface Outbox {
  add(message: Message): void;
  find(svixId: string): Message | undefined;
  all(): readonly Message[];
}

export function createOutbox(limit: number): Outbox {
  const messages = new Map<string, Message>();

  function makeRoom(): void {
    for (const [svixId, message] of messages) {
      if (messages.size <= limit) return;
      if (message.state !== 'pending') messages.delete(svixId);
      // A backlog of undelivered messages is kept: it is what the retries work on.
      else if (messages.size < 2 * limit) return;
    }
  }

  return {
    add(message) {
      messages.set(message.svixId, message);
      if (messages.size > limit) makeRoom();
    },
    find: (svixId) => messages.get(svixId),
    all: () => [...messages.values()],
  };
}
