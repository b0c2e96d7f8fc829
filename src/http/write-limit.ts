import type { Request, RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { Refusal } from './refusal.js';

/** Limits the writes of one person. Reads are free. Counts are in memory: each process counts for itself. */
export function writeLimit(perMinute: number, personOf: (request: Request) => string): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    skip: ({ method }) => method === 'GET' || method === 'HEAD',
    keyGenerator: personOf,
    handler: () => {
      throw new Refusal('too_many_requests');
    },
  });
}
