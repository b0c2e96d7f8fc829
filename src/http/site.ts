import { type RequestHandler, Router } from 'express';
import type { Log } from '../log/log.js';
import { answerFailure, type Face } from './answer-failure.js';
import { assets } from './assets.js';
import { setFrame } from './frame.js';
import { refuseNul } from './no-nul.js';
import { Refusal } from './refusal.js';
import { sameOrigin } from './same-origin.js';
import { requireCredentials, type SignIn } from './sign-in.js';
import { signOutRoutes } from './sign-out.js';

/** A part of the site: pages for people, or an API for programs. */
export type Part = {
  path: string;
  routes: RequestHandler;
  /** Pages that need no sign-in, like its help. */
  openRoutes?: RequestHandler;
  /** The form of its errors: JSON, or a page with a breadcrumb, a link back, and a link to its help. */
  face: Face;
};

export type SiteOptions = {
  publicUrl: string | undefined;
  /** Where people sign in to Scanner, and Scanner support as a link. Pages link to them. */
  signInUrl?: string | undefined;
  supportUrl?: string | undefined;
  signIn: SignIn;
  endSession: (sessionJwt: string) => Promise<void>;
  log: Log;
};

/** All parts for people and their programs, with the same checks (credentials, same origin) and the same form of errors. */
export function createSite(parts: readonly Part[], options: SiteOptions): RequestHandler {
  const site = Router();
  const { publicUrl, log } = options;
  site.use('/assets', assets());
  const checks = [requireCredentials, refuseNul, sameOrigin(publicUrl)];
  for (const { path, routes, openRoutes, face } of parts) {
    const open = [...openPages(face, options), ...(openRoutes === undefined ? [] : [openRoutes])];
    site.use(path, open, checks, routes, notFound, answerFailure(log, face, publicUrl));
  }
  return site;
}

/** What every part with pages has: the links of its frame, and signing out. */
function openPages(face: Face, options: SiteOptions): RequestHandler[] {
  if (face === 'json') return [];
  const { publicUrl, signInUrl = null, supportUrl = null } = options;
  const home = face.back;
  const links = { signIn: signInUrl, signOut: `${home}/sign-out`, help: face.help ?? null, support: supportUrl };
  const frame: RequestHandler = (_request, response, next) => {
    setFrame(response, links);
    next();
  };
  return [frame, signOutRoutes(options, { publicUrl, home })];
}

const notFound: RequestHandler = () => {
  throw new Refusal('not_found');
};
