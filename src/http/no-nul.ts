import type { RequestHandler } from 'express';
import { Refusal } from './refusal.js';

/**
 * Refuses a NUL, because PostgreSQL's text can't hold one. Its own error would look like an outage (503, try again).
 */
export const refuseNul: RequestHandler = (request, _response, next) => {
  if (request.url.includes('%00')) throw new Refusal('bad_input');
  next();
};

/** The same for forms, as an option for Express's parser. For JSON the schema of each field checks it. */
export const formWithoutNul = {
  verify: (_request: unknown, _response: unknown, raw: Buffer): void => {
    if (raw.includes('%00') || raw.includes(0)) throw new Refusal('bad_input');
  },
};
