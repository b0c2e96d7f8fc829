import { type Check, check, type Finding, ok, unknown, warning } from './check.js';

/** One question about the time, on this machine's clock: when it was asked, when the answer came, and the answer. */
export type ClockReading = { sentMs: number; receivedMs: number; theirsMs: number };
/** How far their clock is ahead of ours (negative: behind), and how wrong that may be. */
export type ClockOffset = { aheadMs: number; plusMinusMs: number };

/**
 * Pure. They read their clock somewhere between question and answer: in the middle, plus or minus half the round trip. So
 * the fastest answer is the best, and the time of the others does not matter.
 * @param readings at least one
 * @param resolutionMs their answer is rounded down to this
 */
export function clockOffset(readings: readonly ClockReading[], resolutionMs = 0): ClockOffset {
  const offsets = readings.map(({ sentMs, receivedMs, theirsMs }) => ({
    aheadMs: theirsMs + resolutionMs / 2 - (sentMs + receivedMs) / 2,
    plusMinusMs: (receivedMs - sentMs + resolutionMs) / 2,
  }));
  return offsets.reduce((best, one) => (one.plusMinusMs < best.plusMinusMs ? one : best));
}

/** `ok` if the clocks may be closer than that. Pure. @param whose `Stytch's` */
export function offsetFinding(
  name: string,
  whose: string,
  offset: ClockOffset & { maxMs: number; next: string },
): Finding {
  const { aheadMs, plusMinusMs, maxMs, next } = offset;
  const seconds = (ms: number) => `${(ms / 1000).toFixed(ms < 1_000 ? 3 : 1)} s`;
  const side = aheadMs < 0 ? 'behind' : 'ahead of';
  const found = `${whose} is ${seconds(Math.abs(aheadMs))} ${side} this machine's (± ${seconds(plusMinusMs)})`;
  return Math.abs(aheadMs) - plusMinusMs <= maxMs ? ok(name, found) : warning(name, found, next);
}

const deadlineMs = 5_000;
/** Svix' signatures are accepted for five minutes either way. */
const apartMaxMs = 30_000;
/** An HTTP date has no fractions of a second. */
const resolutionMs = 1_000;

/** This machine's clock against Stytch's, by the Date of any answer. */
export function clockCheck(baseUrl: string): Check {
  const ask = async () => {
    const sentMs = Date.now();
    const options = { redirect: 'manual' as const, signal: AbortSignal.timeout(deadlineMs) };
    const response = await fetch(baseUrl, options).catch(() => null);
    if (response === null) return null;
    return { sentMs, receivedMs: Date.now(), theirsMs: Date.parse(response.headers.get('date') ?? '') };
  };
  return check('clock', { next: 'Use NTP.' }, ask, (reading) => [
    reading === null
      ? unknown('clock', `${baseUrl} can't be reached`, 'See the finding on the credentials.')
      : clockFinding(reading),
  ]);
}

/** Pure. @param reading NaN when the answer had no date */
export function clockFinding(reading: ClockReading): Finding {
  if (Number.isNaN(reading.theirsMs)) return unknown('clock', "Stytch's answer has no date", 'Use NTP.');
  const next = 'Set the clock by NTP: webhooks are refused when it is five minutes off.';
  return offsetFinding('clock', "Stytch's", { ...clockOffset([reading], resolutionMs), maxMs: apartMaxMs, next });
}
