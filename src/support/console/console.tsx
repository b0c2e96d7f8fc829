import { Router } from 'express';
import { counted } from '../../counted.js';
import { sendPage } from '../../pages/render.js';
import type { Part } from '../../web/site.js';
import { requireAct } from '../audit.js';
import { discardHeld } from '../discard-held.js';
import { failedJobs } from '../failed-jobs.js';
import { heldChanges } from '../held.js';
import { FailedPage } from '../pages/failed-page.js';
import { Health, HealthPage } from '../pages/health-page.js';
import { HeldPage } from '../pages/held-page.js';
import type { SupportParts } from '../parts.js';
import { releaseHeld } from '../release-held.js';
import { settledLately } from '../settled-lately.js';
import { status } from '../status.js';
import type { Door } from './door.js';
import { failedGroups } from './failed-groups.js';
import { field, filterIn, queryIn } from './form.js';
import { type Behind, behindDoor, type Handler } from './handler.js';
import { replayRoutes } from './replay-routes.js';
import { whyRoutes } from './why-routes.js';

/** /support: the console of Scanner's own staff, the second face of the command line's functions. */
export function supportPart(door: Door, parts: SupportParts): Part {
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

function health(parts: SupportParts): Handler {
  return async (person, _request, response) => {
    const [now, jobs] = await Promise.all([status(parts), failedJobs(parts)]);
    const page = { person: person.email, now: new Date(), health: now, groups: failedGroups(jobs) };
    sendPage(response, <HealthPage {...page} />);
  };
}

function live(parts: SupportParts): Handler {
  return async (_person, _request, response) => {
    const [now, jobs] = await Promise.all([status(parts), failedJobs(parts)]);
    sendPage(response, <Health health={now} now={new Date()} groups={failedGroups(jobs)} />);
  };
}

function failed(parts: SupportParts): Handler {
  return async (person, request, response) => {
    const query = queryIn(request.query);
    const jobs = await failedJobs(parts, await filterIn(parts, query));
    const page = {
      person: person.email,
      now: new Date(),
      query,
      jobs: jobs.map(({ shown }) => shown),
      settled: await settledLately(parts.database),
    };
    sendPage(response, <FailedPage {...page} />);
  };
}

function heldRoutes(routes: Router, behind: Behind, parts: SupportParts): void {
  routes.get(
    '/held',
    behind(async (person, request, response) => {
      const holds = await heldChanges(parts);
      const done = field(request.query, 'done') || null;
      sendPage(response, <HeldPage person={person.email} now={new Date()} holds={holds} done={done} />);
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
      const done = `${counted(discarded.length, 'user stays as it is', 'users stay as they are')}.`;
      response.redirect(303, `/support/held?${new URLSearchParams({ done })}`);
    }),
  );
}
