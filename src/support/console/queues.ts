import { Router } from 'express';
import type { Config } from '../../config/config.js';
import { describeFailure } from '../../errors/errors.js';
import { Refusal } from '../../http/refusal.js';
import type { Part } from '../../http/site.js';
import type { Log } from '../../log/log.js';
import { openBoard } from '../../queue/board.js';
import { scannerSupport } from '../permission.js';
import type { AuthorizeSupport } from './authorize.js';

const path = '/support/queues';
/** The most that its page offers. Its API would take any number, and load as many jobs. */
const jobsPerPageMax = 50;

/**
 * Bull Board, for the same people. It is read only in two ways: by its own setting, and because only GET is let through. Its
 * page has inline styles and scripts, so its content policy allows those.
 */
export function openQueuesPart(
  config: Config,
  authorize: AuthorizeSupport,
  log: Log,
): { part: Part; close(): Promise<void> } {
  const home = { redisUrl: config.REDIS_URL, databaseUrl: config.DATABASE_URL };
  const onError = (error: Error) => log.debug({ error: describeFailure(error) }, 'queue connection');
  const { board, close } = openBoard(home, path, onError);
  const routes = Router();
  routes.use(async (request, response, next) => {
    await authorize(request, scannerSupport);
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new Refusal('method_not_allowed');
    if (Number(request.query.jobsPerPage ?? 0) > jobsPerPageMax) throw new Refusal('bad_input', tooMany);
    response.setHeader('Content-Security-Policy', policy);
    next();
  });
  routes.use(board);
  return {
    part: { path, routes, face: { place: [{ label: 'Support', href: '/support' }, 'Queues'], back: '/support' } },
    close,
  };
}

const tooMany = `A page has at most ${jobsPerPageMax} jobs. Ask for fewer, and for the next page.`;

const policy = [
  "default-src 'none'; connect-src 'self'; img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'",
  "script-src 'self' 'unsafe-inline'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'",
].join('; ');
