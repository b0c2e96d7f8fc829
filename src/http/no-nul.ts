import type { RequestHandler } from 'express';
import { Refusal } from './refusal.js';

/**
 * PostgreSQL's text holds no NUL, and nobody types one. Refused at the door, because the database's own refusal would be
 * taken for an outage: 503, try again.
 */
export const refuseNul: RequestHandler = (request, _response, next) => {
  if (request.url.includes('%00')) throw new Refusal('bad_input');
  next();
};

/** The same for forms, as the parsers of Express let it be checked. JSON is checked by what each field may be. */
export const formWithoutNul = {
  verify: (_request: unknown, _response: unknown, raw: Buffer): void => {
    if (raw.includes('%00') || raw.includes(0)) throw new Refusal('bad_input');
  },
};
