import type { Request, RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { Refusal } from './refusal.js';

/** Reads are free; whoever writes more often than this in a minute is refused. In memory, so each process counts for itself. */
export function writeLimit(perMinute: number, whoIs: (request: Request) => string): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    skip: ({ method }) => method === 'GET' || method === 'HEAD',
    keyGenerator: whoIs,
    handler: () => {
      throw new Refusal('too_many_requests');
    },
  });
}
