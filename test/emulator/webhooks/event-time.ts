/** The `timestamp` of events: when they were sent, or what a clock or a library made of it. */
import type { Switches } from '../switches.js';
import { createMicroseconds } from '../timestamps.js';
import type { WebhookFaults } from './webhook-faults.js';

/** Go's zero time, the end of four-digit years, or a time ahead of the sender's own clock. */
export type EventTime = 'real' | 'zero' | 'year9999' | { readonly aheadMs: number };

export function createEventTimes(switches: Switches, faults: () => WebhookFaults): () => string {
  const microseconds = createMicroseconds();
  return () => {
    const { clockSkewMs, eventTime } = faults();
    const time = typeof eventTime === 'function' ? eventTime() : eventTime;
    if (time === 'zero') return '0001-01-01T00:00:00Z';
    if (time === 'year9999') return '9999-12-31T23:59:59.999999Z';
    const shown = microseconds(clockSkewMs + (time === 'real' ? 0 : time.aheadMs));
    return switches.eventTimestamps === 'nanoseconds' ? `${shown.slice(0, -1)}783Z` : shown;
  };
}
