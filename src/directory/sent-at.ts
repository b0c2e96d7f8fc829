/** Svix keeps a message for 90 days, so an event can't be older. */
const oldestMs = 90 * 24 * 3_600_000;
/** A smaller difference needs no correction: Svix's header has whole seconds, and a request takes some time. */
const sameClockMs = 5_000;

/**
 * When an event was sent, by the receiver's clock. The sender's clock may be wrong, but the difference between its two times
 * (of the event and of this attempt) is right. An impossible time (year 1, year 9999, after receipt) becomes the time of
 * receipt, so that it never gets into a lag or a comparison.
 * @param timestamp the event's own time: ISO 8601 with any number of decimals, or any other text
 */
export function sentAt(timestamp: string, { receivedAt, attemptedAt }: { receivedAt: Date; attemptedAt: Date }): Date {
  const clocksDifferMs = receivedAt.getTime() - attemptedAt.getTime();
  const correctionMs = Math.abs(clocksDifferMs) > sameClockMs ? clocksDifferMs : 0;
  const sentMs = new Date(timestamp).getTime() + correctionMs;
  const isPossible = sentMs <= receivedAt.getTime() && sentMs > receivedAt.getTime() - oldestMs; // false for NaN
  return isPossible ? new Date(sentMs) : receivedAt;
}
