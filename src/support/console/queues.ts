import { Router } from 'express';
import type { Config } from '../../config/config.js';
import { describeFailure } from '../../errors/errors.js';
import { Refusal } from '../../http/refusal.js';
import type { Part } from '../../http/site.js';
import type { Log } from '../../log/log.js';
import { openBoard } from '../../queue/board.js';
import type { AuthorizeSupport } from './authorize.js';

const path = '/support/queues';
/** The most that its page offers; its API would take any number, and load as many jobs. */
const jobsPerPageMax = 50;

/**
 * Bull Board behind the same door, and read only twice over: by its own setting, and because nothing but GET gets
 * through. Its page brings its own inline styles and script, so its policy allows those, from here only.
 */
export function openQueuesPart(
  config: Config,
  door: AuthorizeSupport,
  log: Log,
): { part: Part; close(): Promise<void> } {
  const home = { redisUrl: config.REDIS_URL, databaseUrl: config.DATABASE_URL };
  const onError = (error: Error) => log.debug({ error: describeFailure(error) }, 'queue connection');
  const { board, close } = openBoard(home, path, onError);
  const routes = Router();
  routes.use(async (request, response, next) => {
    await door(request);
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new Refusal('method_not_allowed');
    if (Number(request.query.jobsPerPage ?? 0) > jobsPerPageMax) throw new Refusal('bad_input', tooMany);
    response.setHeader('Content-Security-Policy', policy);
    next();
  });
  routes.use(board);
  return { part: { path, routes, face: { place: ['Support', 'Queues'], back: '/support' } }, close };
}

const tooMany = `A page has ${jobsPerPageMax} jobs at most. Ask for fewer, and for the next page.`;

const policy = [
  "default-src 'none'; connect-src 'self'; img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'",
  "script-src 'self' 'unsafe-inline'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'",
].join('; ');
