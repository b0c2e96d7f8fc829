import { type Finding, ok, warning } from './finding.js';

const deadlineMs = 5_000;
/** Svix' signatures are taken for five minutes either way. */
const skewMaxSeconds = 30;

/** This machine's clock against Stytch's, by the Date of any answer. */
export async function checkClock(baseUrl: string): Promise<Finding[]> {
  try {
    const response = await fetch(baseUrl, { redirect: 'manual', signal: AbortSignal.timeout(deadlineMs) });
    return [clockFinding(response.headers.get('date'), Date.now())];
  } catch {
    return [{ check: 'clock', status: 'unknown', found: `${baseUrl} can't be reached`, next: 'See the credentials.' }];
  }
}

/** Pure. @param date an HTTP date, to the second */
export function clockFinding(date: string | null, nowMs: number): Finding {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs))
    return { check: 'clock', status: 'unknown', found: 'Stytch tells no time', next: 'Use NTP.' };
  const seconds = Math.abs(nowMs - theirs) / 1000;
  if (seconds <= skewMaxSeconds) return ok('clock', `within ${Math.ceil(seconds)} s of Stytch's`);
  const next = 'Set the clock by NTP: webhooks are refused when it is five minutes off.';
  return warning('clock', `${Math.round(seconds)} s away from Stytch's`, next);
}
