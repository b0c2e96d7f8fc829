import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { ipKeyGenerator, MemoryStore, type Options } from 'express-rate-limit';
import { countExcess } from './count-excess.js';
import { Refusal } from './refusal.js';

/**
 * Of one address, in one minute: far more than people with stale cookies cause, and what a flood may cost in calls to
 * Stytch. Its rate limits are for the whole project: what is used up here is missing for every customer.
 */
export const failuresPerMinute = { limit: 100, windowMs: 60_000 };
export type Pace = typeof failuresPerMinute;

/** Sessions that Stytch has vouched for since this process started: 10,000 hashes are 1 MB. */
const knownMax = 10_000;

export type LimitFailures = {
  /**
   * Asks Stytch about a credential that only Stytch can judge.
   * @param isFailure whether this failure speaks against the credential; an outage does not
   * @throws Refusal (`too_many_requests`) instead of asking, when too many from this address were no good
   */
  ask<T>(request: Request, credential: string, work: () => Promise<T>, isFailure: Judge): Promise<T>;
};
type Judge = (error: unknown) => boolean;

/**
 * Bounds what credentials that are no good cost, by address. Behind a proxy all the world has the proxy's address, so the
 * limit must hit nobody with a good session: what fails counts and nothing else, and a session that Stytch has vouched for
 * before is never refused. A place is taken before the call and given back after it, so that a flood can't overtake its own
 * failures. Counts are in memory: each process counts for itself.
 * @param onExcess told at the end of a minute how many were refused
 */
export function limitFailures(pace: Pace, onExcess: (count: number) => void): LimitFailures {
  const places = new MemoryStore();
  places.init({ windowMs: pace.windowMs } as Options);
  const known = new Set<string>();
  const exceeded = countExcess(onExcess, pace.windowMs);
  return {
    ask: async ({ socket }, credential, work, isFailure) => {
      const hash = createHash('sha256').update(credential).digest('base64');
      const address = ipKeyGenerator(socket.remoteAddress ?? '');
      const { totalHits } = await places.increment(address);
      if (totalHits > pace.limit && !known.has(hash)) {
        exceeded();
        throw new Refusal('too_many_requests', tooMany);
      }
      try {
        const answer = await work();
        remember(known, hash);
        await places.decrement(address);
        return answer;
      } catch (error) {
        if (isFailure(error)) known.delete(hash);
        else await places.decrement(address);
        throw error;
      }
    },
  };
}

/** The latest stay: a set keeps the order in which its members came. */
function remember(known: Set<string>, hash: string): void {
  known.delete(hash);
  known.add(hash);
  const [oldest] = known;
  if (known.size > knownMax && oldest !== undefined) known.delete(oldest);
}

const tooMany =
  'Too many requests without a valid session came from this address. Sign in to Scanner again, or wait a minute.';
