/** One question about the time, on this machine's clock: when it was asked, when the answer came, and what it said. */
export type ClockReading = { sentMs: number; receivedMs: number; theirsMs: number };
/** How far their clock is ahead of ours (negative: behind), and how far that may be wrong. */
export type ClockOffset = { aheadMs: number; plusMinusMs: number };

/**
 * Pure. They told their time somewhere between question and answer: half-way, give or take half the round trip. So the
 * quickest answer says most, and how long the others took is no offset.
 * @param readings at least one
 * @param resolutionMs what they tell is cut off to this much
 */
export function clockOffset(readings: readonly ClockReading[], resolutionMs = 0): ClockOffset {
  const offsets = readings.map(({ sentMs, receivedMs, theirsMs }) => ({
    aheadMs: theirsMs + resolutionMs / 2 - (sentMs + receivedMs) / 2,
    plusMinusMs: (receivedMs - sentMs + resolutionMs) / 2,
  }));
  return offsets.reduce((best, one) => (one.plusMinusMs < best.plusMinusMs ? one : best));
}

/** The least that the clocks are apart, for sure. */
export function apartMs({ aheadMs, plusMinusMs }: ClockOffset): number {
  return Math.max(0, Math.abs(aheadMs) - plusMinusMs);
}

/** `0.3 s ahead of this machine's (± 0.1 s)` */
export function offsetText({ aheadMs, plusMinusMs }: ClockOffset): string {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(ms < 1_000 ? 3 : 1)} s`;
  return `${seconds(Math.abs(aheadMs))} ${aheadMs < 0 ? 'behind' : 'ahead of'} this machine's (± ${seconds(plusMinusMs)})`;
}
