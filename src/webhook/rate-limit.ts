import type { Request, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { countExcess } from '../http/count-excess.js';

/** Says whether whoever sent this request may still be told, one by one, why it is refused. */
export type RefusalLimit = (request: Request, response: Response) => Promise<boolean>;

/** One address, one minute: enough for a person who sets the endpoint up wrong, and for Svix to be told why. */
const perMinute = { limit: 100, windowMs: 60_000 };

/**
 * Counts the requests that nobody vouches for, by address. It is asked about those alone, when they are known to be such:
 * behind a proxy all the world has the proxy's address, and what Svix signed must get through beside any flood. To verify
 * is cheap; what a flood costs is a log line each, and bodies that are read. Beyond the limit there is one line a minute.
 * @param onExcess told at the end of a minute how many more there were, from all addresses together. Counts are in memory,
 *   so each process counts for itself
 */
export function limitRefusals(onExcess: (count: number) => void, pace = perMinute): RefusalLimit {
  const limited = rateLimit({
    ...{ ...pace, standardHeaders: 'draft-8', legacyHeaders: false },
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
