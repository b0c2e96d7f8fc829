import { type RequestHandler, Router } from 'express';
import type { Log } from '../log/log.js';
import { answerFailure } from './answer-failure.js';
import { assets } from './assets.js';
import type { Crumb } from './components/layout.js';
import { refuseNul } from './no-nul.js';
import { Refusal } from './refusal.js';
import { sameOrigin } from './same-origin.js';
import { requireCredentials } from './sign-in.js';

/** A part of the site: pages for people, or an API for programs. */
export type Part = {
  path: string;
  routes: RequestHandler;
  /** The form of its errors: JSON, or a page with a breadcrumb and a link back. */
  face: 'json' | { place: readonly Crumb[]; back: string };
};

/** All parts for people and their programs, with the same checks (credentials, same origin) and the same form of errors. */
export function createSite(
  parts: readonly Part[],
  options: { publicUrl: string | undefined; log: Log },
): RequestHandler {
  const site = Router();
  site.use('/assets', assets());
  const checks = [requireCredentials, refuseNul, sameOrigin(options.publicUrl)];
  for (const { path, routes, face } of parts) {
    site.use(path, checks, routes, notFound, answerFailure(options.log, face));
  }
  return site;
}

const notFound: RequestHandler = () => {
  throw new Refusal('not_found');
};
