import { TransientError } from '../errors/errors.js';
import type { Log } from '../log/log.js';
import { createOutageLog } from '../log/outage-log.js';

/** Logs outages of Stytch and refusals of our secret. @returns call it with each call's name and status */
export function stytchOutageLog(log: Log): (call: string, status: string) => void {
  const outage = createOutageLog(log, 'stytch');
  return (call, status) => {
    const failure = failureOf(call, status);
    if (failure === null) outage.succeeded();
    else outage.failed(failure);
  };
}

function failureOf(call: string, status: string): TransientError | null {
  if (status === 'timeout' || status === 'network') {
    return new TransientError(
      `Stytch can't be reached (${call}: ${status}).`,
      'Check its status page, and our network.',
    );
  }
  if (status === '429') {
    const remedy = 'Lower STYTCH_SEARCHES_PER_MINUTE, or have Stytch raise the limit.';
    return new TransientError(`Stytch asks for fewer calls (${call}: 429).`, remedy);
  }
  if (/^5/.test(status)) return new TransientError(`Stytch fails (${call}: ${status}).`, 'Check its status page.');
  // For a sign-in a refusal is normal. For the directory it means that the secret is wrong.
  if (/^40[13]$/.test(status) && call.startsWith('members.')) {
    const remedy = 'Set STYTCH_SECRET to a secret of the project in STYTCH_PROJECT_ID, and restart.';
    return new TransientError(`Stytch refuses our secret (${call}: ${status}).`, remedy);
  }
  return null;
}
