import { apartMs, type ClockReading, clockOffset, offsetText } from './clock-offset.js';
import { type Finding, ok, unknown, warning } from './finding.js';

const deadlineMs = 5_000;
/** Svix' signatures are taken for five minutes either way. */
const apartMaxMs = 30_000;
/** An HTTP date is cut off to the second. */
const resolutionMs = 1_000;

/** This machine's clock against Stytch's, by the Date of any answer. */
export async function checkClock(baseUrl: string): Promise<Finding[]> {
  try {
    const sentMs = Date.now();
    const response = await fetch(baseUrl, { redirect: 'manual', signal: AbortSignal.timeout(deadlineMs) });
    const theirsMs = Date.parse(response.headers.get('date') ?? '');
    return [clockFinding({ sentMs, receivedMs: Date.now(), theirsMs })];
  } catch {
    return [unknown('clock', `${baseUrl} can't be reached`, 'See the finding on the credentials.')];
  }
}

/** Pure. @param reading NaN when Stytch told no time */
export function clockFinding(reading: ClockReading): Finding {
  if (Number.isNaN(reading.theirsMs)) return unknown('clock', 'Stytch tells no time', 'Use NTP.');
  const offset = clockOffset([reading], resolutionMs);
  const found = `Stytch's is ${offsetText(offset)}`;
  if (apartMs(offset) <= apartMaxMs) return ok('clock', found);
  return warning('clock', found, 'Set the clock by NTP: webhooks are refused when it is five minutes off.');
}
