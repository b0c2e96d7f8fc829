import { Router } from 'express';
import { sendPage } from '../../http/render.js';
import { sendCsv } from '../../http/send-csv.js';
import type { Part } from '../../http/site.js';
import type { Permission } from '../../stytch/people.js';
import { failed } from '../failed/failed-page.js';
import { job } from '../failed/job-page.js';
import { preview } from '../failed/preview-page.js';
import { cancel, replay, replayProgress, replays, startReplayOfForm } from '../failed/replay-page.js';
import { discard, held, hold, holdCsv, release } from '../held/held-page.js';
import type { SupportParts } from '../parts.js';
import { scannerSupport } from '../permission.js';
import { link, teams } from '../resync/link-page.js';
import { health, healthLive } from '../status/health-page.js';
import { enableOfForm, resyncOfForm, team } from '../team/team-page.js';
import { askWhy, erase, resync, why } from '../why/why-page.js';
import type { AuthorizeSupport } from './authorize.js';
import { SupportFrame } from './frame.js';
import { type Handler, type Send, supportHandlers } from './handler.js';

type Route = [method: 'get' | 'post', path: string, permission: readonly Permission[], handler: Handler];

/** All pages and forms of /support. Stytch is asked for the permission at each request. */
const routes: readonly Route[] = [
  ['get', '/', scannerSupport, health],
  ['get', '/live', scannerSupport, healthLive],
  ['get', '/failed', scannerSupport, failed],
  ['get', '/jobs/:id', scannerSupport, job],
  ['post', '/preview', scannerSupport, preview],
  ['post', '/replay', scannerSupport, startReplayOfForm],
  ['get', '/replays', scannerSupport, replays],
  ['get', '/replays/:id', scannerSupport, replay],
  ['get', '/replays/:id/live', scannerSupport, replayProgress],
  ['post', '/replays/:id/cancel', scannerSupport, cancel],
  ['get', '/why', scannerSupport, why],
  ['post', '/why', scannerSupport, askWhy],
  ['post', '/resync', scannerSupport, resync],
  ['get', '/teams', scannerSupport, teams],
  ['post', '/teams', scannerSupport, link],
  ['get', '/teams/:id', scannerSupport, team],
  ['post', '/teams/:id/resync', scannerSupport, resyncOfForm],
  ['post', '/teams/:id/enable', scannerSupport, enableOfForm],
  ['post', '/erase', scannerSupport, erase],
  ['get', '/held', scannerSupport, held],
  ['get', '/held/:id', scannerSupport, hold],
  ['get', '/held/:id/people.csv', scannerSupport, holdCsv],
  ['post', '/held/:id/release', scannerSupport, release],
  ['post', '/held/:id/discard', scannerSupport, discard],
];

/** The console of Scanner's own support. The command line has the same functions. */
export function supportPart(authorize: AuthorizeSupport, parts: SupportParts): Part {
  const router = Router();
  const handlersOf = supportHandlers(authorize, parts, send);
  for (const [method, path, permission, handler] of routes) router[method](path, handlersOf(permission, handler));
  return {
    path: '/support',
    routes: router,
    face: { place: [{ label: 'Support', href: '/support' }], back: '/support' },
  };
}

const send: Send = (response, person, answer) => {
  if ('redirect' in answer) return response.redirect(303, answer.redirect);
  if ('part' in answer) return sendPage(response, answer.part);
  if ('csv' in answer) return sendCsv(response, answer.name, answer.csv);
  const { tab, title, page, status } = answer;
  sendPage(
    response,
    <SupportFrame person={person.email} tab={tab} title={title}>
      {page}
    </SupportFrame>,
    status,
  );
};
