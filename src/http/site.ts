import { type RequestHandler, Router } from 'express';
import type { Log } from '../log/log.js';
import { answerFailure } from './answer-failure.js';
import { assets } from './assets.js';
import { refuseNul } from './no-nul.js';
import { Refusal } from './refusal.js';
import { sameOrigin } from './same-origin.js';
import { requireCredentials } from './sign-in.js';

/** Something that people use in the browser, or programs by JSON, at an address of its own. */
export type Part = {
  path: string;
  routes: RequestHandler;
  /** How its errors look: JSON, or a page that stands somewhere and leads back. */
  face: 'json' | { place: readonly string[]; back: string };
};

/** All that is meant for people, behind the same doors: signed in, same-origin writes, errors in words. */
export function createSite(
  parts: readonly Part[],
  options: { publicUrl: string | undefined; log: Log },
): RequestHandler {
  const site = Router();
  site.use('/assets', assets());
  const doors = [requireCredentials, refuseNul, sameOrigin(options.publicUrl)];
  for (const { path, routes, face } of parts) {
    site.use(path, doors, routes, notFound, answerFailure(options.log, face));
  }
  return site;
}

const notFound: RequestHandler = () => {
  throw new Refusal('not_found');
};
