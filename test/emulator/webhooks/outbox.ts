/** The messages in order of creation; with a limit only the latest, though older ones are still delivered. */
import type { Message } from './message.js';

export interface Outbox {
  add(message: Message): void;
  find(svixId: string): Message | undefined;
  all(): readonly Message[];
  clear(): void;
}

export function createOutbox(limit: number): Outbox {
  const messages = new Map<string, Message>();
  return {
    add(message) {
      messages.set(message.svixId, message);
      if (messages.size <= limit) return;
      for (const oldest of messages.keys()) {
        messages.delete(oldest);
        break;
      }
    },
    find: (svixId) => messages.get(svixId),
    all: () => [...messages.values()],
    clear: () => messages.clear(),
  };
}
