import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { ipKeyGenerator, MemoryStore, type Options } from 'express-rate-limit';
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
  const failures = new MemoryStore();
  failures.init({ windowMs: pace.windowMs } as Options);
  const known = new Set<string>();
  const exceeded = countExcess(onExcess, pace.windowMs);
  return {
    verify: async ({ socket }, credential, work, isFailure) => {
      const hash = createHash('sha256').update(credential).digest('base64');
      const address = ipKeyGenerator(socket.remoteAddress ?? '');
      const { totalHits } = await failures.increment(address);
      if (totalHits > pace.limit && !known.has(hash)) {
        exceeded();
        throw new Refusal('too_many_requests', tooMany);
      }
      try {
        const answer = await work();
        remember(known, hash);
        await failures.decrement(address);
        return answer;
      } catch (error) {
        if (isFailure(error)) known.delete(hash);
        else await failures.decrement(address);
        throw error;
      }
    },
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
