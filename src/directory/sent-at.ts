/** Svix keeps a message for 90 days: an event can't be older than that. */
const oldestMs = 90 * 24 * 3_600_000;
/** Clocks that differ by less need no correction; Svix's header has whole seconds, and a request takes a while. */
const sameClockMs = 5_000;

/**
 * When an event was sent, by the clock that it was received with. The sender's two times, the event's own and that of the
 * attempt, tell how old it was when it came, whatever the sender's clock says. A time that can't be (year 1, year 9999, after
 * it was received) counts as the time when it was received, so that it never reaches a lag or a comparison.
 * @param timestamp the event's own: ISO 8601 with any number of digits, or anything else
 */
export function sentAt(timestamp: string, { receivedAt, attemptedAt }: { receivedAt: Date; attemptedAt: Date }): Date {
  const clocksDifferMs = receivedAt.getTime() - attemptedAt.getTime();
  const correctionMs = Math.abs(clocksDifferMs) > sameClockMs ? clocksDifferMs : 0;
  const sentMs = new Date(timestamp).getTime() + correctionMs;
  const isPossible = sentMs <= receivedAt.getTime() && sentMs > receivedAt.getTime() - oldestMs; // false for NaN
  return isPossible ? new Date(sentMs) : receivedAt;
}
