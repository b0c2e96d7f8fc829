import type { Request, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { countExcess } from '../http/count-excess.js';

/** Counts a rejected request. @returns true while its address is within the limit, so the reason may be answered and logged */
export type RejectionLimit = (request: Request, response: Response) => Promise<boolean>;

/** For one address. Enough for a person who misconfigures the endpoint, and for Svix to see the reason. */
const perMinute = { limit: 100, windowMs: 60_000 };

/**
 * Limits rejected requests by address. It must be called only for requests that are rejected: behind a proxy all requests have
 * the proxy's address, and a flood must not block what Svix signed. Verifying is cheap. What a flood costs is log lines and
 * bodies, so beyond the limit there is one line a minute. Counts are in memory: each process counts for itself.
 * @param onExcess called once a minute with the number of requests beyond the limit, from all addresses together
 */
export function limitRejections(onExcess: (count: number) => void, pace = perMinute): RejectionLimit {
  const limited = rateLimit({
    ...pace,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: ({ socket }) => ipKeyGenerator(socket.remoteAddress ?? ''),
    handler: countExcess(onExcess, pace.windowMs),
  });
  return async (request, response) => {
    let isWithin = false;
    await limited(request, response, () => {
      isWithin = true;
    });
    return isWithin;
  };
}
