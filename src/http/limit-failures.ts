import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import { countExcess } from './count-excess.js';
import { Refusal } from './refusal.js';

/**
 * For one address. People with stale cookies cause far fewer failures. It is also the limit of calls to Stytch that a flood
 * can cause. Stytch limits the whole project, so a flood here would affect every customer.
 */
export const failuresPerMinute = { limit: 100, windowMs: 60_000 };
export type Pace = typeof failuresPerMinute;

/** Sessions that Stytch has confirmed since this process started: 10,000 hashes are 1 MB. */
const knownMax = 10_000;

export type LimitFailures = {
  /**
   * Verifies a credential that only Stytch can verify.
   * @param isFailure true if the error means that the credential is invalid. An outage does not
   * @throws Refusal (`too_many_requests`) without a call, when too many credentials from this address were invalid
   */
  verify<T>(request: Request, credential: string, work: () => Promise<T>, isFailure: Judge): Promise<T>;
};
type Judge = (error: unknown) => boolean;

/**
 * Limits invalid credentials by address. Behind a proxy all requests have the proxy's address, so the limit must not affect
 * valid sessions: only failures count, and a session that Stytch has confirmed before is never refused. A call counts before
 * it is made, and is subtracted if it succeeds, so a flood of concurrent calls is limited too. Counts are in memory: each
 * process counts for itself.
 * @param onExcess called once a minute with the number of refused requests
 */
export function limitFailures(pace: Pace, onExcess: (count: number) => void): LimitFailures {
  const failures = countsPerWindow(pace.windowMs);
  const known = new Set<string>();
  const exceeded = countExcess(onExcess, pace.windowMs);
  return {
    verify: async ({ socket }, credential, work, isFailure) => {
      const hash = createHash('sha256').update(credential).digest('base64');
      const address = ipKeyGenerator(socket.remoteAddress ?? '');
      if (failures.of(address) >= pace.limit && !known.has(hash)) {
        exceeded();
        throw new Refusal('too_many_requests', tooMany);
      }
      failures.add(address);
      try {
        const answer = await work();
        remember(known, hash);
        failures.subtract(address);
        return answer;
      } catch (error) {
        if (isFailure(error)) known.delete(hash);
        else failures.subtract(address);
        throw error;
      }
    },
  };
}

/**
 * Counts by key. All counts start again together, so a window takes no more memory than its keys. The store of
 * express-rate-limit answers with an object that later requests change, so requests of the same moment see each other's counts.
 */
function countsPerWindow(windowMs: number) {
  let counts = new Map<string, number>();
  let endsAt = 0;
  const change = (key: string, by: number) => {
    if (performance.now() >= endsAt) [counts, endsAt] = [new Map(), performance.now() + windowMs];
    const count = Math.max(0, (counts.get(key) ?? 0) + by);
    if (count === 0) counts.delete(key);
    else counts.set(key, count);
    return count;
  };
  return {
    of: (key: string) => change(key, 0),
    add: (key: string) => change(key, 1),
    subtract: (key: string) => change(key, -1),
  };
}

/** Keeps the latest. A set iterates in insertion order. */
function remember(known: Set<string>, hash: string): void {
  known.delete(hash);
  known.add(hash);
  const [oldest] = known;
  if (known.size > knownMax && oldest !== undefined) known.delete(oldest);
}

const tooMany =
  'Too many requests without a valid session came from this address. Sign in to Scanner again, or wait a minute.';
