/** What goes wrong with webhooks on their way: lost, doubled, late, out of order. */
import type { EventTime } from './event-time.js';
import type { Message } from './message.js';

export interface WebhookFaults {
  /** Any message that is ready may leave next. */
  shuffle: boolean;
  /** The share of messages that are sent twice. */
  duplicate: number;
  /** The share that is lost, or which. */
  drop: number | ((message: Message) => boolean);
  lateMs: number | ((message: Message) => number);
  /** By how much the sender's clock is ahead of ours: in the events and in the signatures. */
  clockSkewMs: number;
  /** What the events say, whatever the sender's clock does; the signatures keep to that one. */
  eventTime: EventTime | (() => EventTime);
}

export const noWebhookFaults = (): WebhookFaults => ({
  shuffle: false,
  duplicate: 0,
  drop: 0,
  lateMs: 0,
  clockSkewMs: 0,
  eventTime: 'real',
});

export interface PlannedDelivery {
  readonly lateMs: number;
  readonly isCopy: boolean;
}

/** How often and how late a message leaves; never when it is dropped. */
export function planDeliveries(message: Message, faults: WebhookFaults, random: () => number): PlannedDelivery[] {
  const { drop, duplicate } = faults;
  if (typeof drop === 'number' ? random() < drop : drop(message)) return [];
  const lateMs = typeof faults.lateMs === 'number' ? faults.lateMs : faults.lateMs(message);
  const original = { lateMs, isCopy: false };
  return random() < duplicate ? [original, { lateMs, isCopy: true }] : [original];
}
