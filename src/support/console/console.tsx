import { Router } from 'express';
import { sendPage } from '../../http/render.js';
import type { Part } from '../../http/site.js';
import { failedPage } from '../../replay/failed-jobs.js';
import { settledLately } from '../../replay/replays.js';
import { pluralize } from '../../text/pluralize.js';
import { failedGroups } from '../failed/failed-groups.js';
import { FailedPage, jobsPerPage } from '../failed/failed-page.js';
import { replayRoutes } from '../failed/routes.js';
import { discardHeld } from '../held/discard-held.js';
import { heldPage, heldUsers } from '../held/held.js';
import { HeldPage, HoldPage } from '../held/held-page.js';
import { releaseHeld } from '../held/release-held.js';
import type { SupportParts } from '../parts.js';
import { requireAct } from '../require-act.js';
import { Health, HealthPage } from '../status/health-page.js';
import { status } from '../status/status.js';
import { whyRoutes } from '../why/routes.js';
import type { AuthorizeSupport } from './authorize.js';
import { field, filterIn, fromIn, placeIn, queryIn } from './form.js';
import { type Behind, behindDoor, type Handler } from './handler.js';

/** /support: the console of Scanner's own staff, the second face of the command line's functions. */
export function supportPart(door: AuthorizeSupport, parts: SupportParts): Part {
  const routes = Router();
  const behind = behindDoor(door);
  routes.get('/', behind(health(parts)));
  routes.get('/live', behind(live(parts)));
  routes.get('/failed', behind(failed(parts)));
  replayRoutes(routes, behind, parts);
  whyRoutes(routes, behind, parts);
  heldRoutes(routes, behind, parts);
  return { path: '/support', routes, face: { place: ['Support'], back: '/support' } };
}

/** The page looks again every few seconds, so it groups the latest that failed; the number of all is the queue's own. */
const groupedMax = 200;
/** For a page with a filter that few jobs match: half a second's work. `Older` goes on from there. */
const lookMax = 5_000;

async function healthNow(parts: SupportParts) {
  const [now, { jobs, looked }] = await Promise.all([
    status(parts),
    failedPage(parts, {}, { limit: groupedMax, lookMax: groupedMax }),
  ]);
  return { now: new Date(), health: now, groups: failedGroups(jobs), looked };
}

function health(parts: SupportParts): Handler {
  return async (person, _request, response) => {
    sendPage(response, <HealthPage person={person.email} {...(await healthNow(parts))} />);
  };
}

function live(parts: SupportParts): Handler {
  return async (_person, _request, response) => {
    sendPage(response, <Health {...(await healthNow(parts))} />);
  };
}

function failed(parts: SupportParts): Handler {
  return async (person, request, response) => {
    const query = queryIn(request.query);
    const from = placeIn(request.query);
    const filter = await filterIn(parts, query);
    const [{ jobs, looked, next }, counts, settled] = await Promise.all([
      failedPage(parts, filter, { limit: jobsPerPage, lookMax, from }),
      parts.queues.counts(),
      settledLately(parts.database),
    ]);
    const failed = Object.values(counts).reduce((sum, { failed }) => sum + failed, 0);
    const page = { jobs: jobs.map(({ shown }) => shown), looked, next, failed, isFirst: from === null };
    sendPage(response, <FailedPage person={person.email} now={new Date()} {...{ query, page, settled }} />);
  };
}

function heldRoutes(routes: Router, behind: Behind, parts: SupportParts): void {
  routes.get(
    '/held',
    behind(async (person, request, response) => {
      const page = await heldPage(parts, fromIn(request.query));
      const done = field(request.query, 'done') || null;
      sendPage(response, <HeldPage person={person.email} now={new Date()} page={page} done={done} />);
    }),
  );
  routes.get(
    '/held/:id',
    behind(async (person, request, response) => {
      const hold = await heldUsers(parts, String(request.params.id), fromIn(request.query));
      sendPage(response, <HoldPage person={person.email} now={new Date()} hold={hold} />);
    }),
  );
  routes.post(
    '/held/:id/release',
    behind(async (person, request, response) => {
      const act = requireAct({ actor: person.email, reason: field(request.body, 'reason') });
      const { released, skipped } = await releaseHeld(parts, String(request.params.id), act);
      const done = `${released.length} released, ${skipped.length} skipped. ${skipped[0]?.why ?? ''}`.trim();
      response.redirect(303, `/support/held?${new URLSearchParams({ done })}`);
    }),
  );
  routes.post(
    '/held/:id/discard',
    behind(async (person, request, response) => {
      const act = requireAct({ actor: person.email, reason: field(request.body, 'reason') });
      const { discarded } = await discardHeld(parts, String(request.params.id), act);
      const done = `${pluralize(discarded.length, 'user stays as it is', 'users stay as they are')}.`;
      response.redirect(303, `/support/held?${new URLSearchParams({ done })}`);
    }),
  );
}
