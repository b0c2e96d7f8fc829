import { type RequestHandler, Router } from 'express';
import { Refusal } from '../web/refusal.js';
import type { Part } from '../web/site.js';
import { connectionApi } from './connection-api.js';
import type { ConnectionDependencies } from './connections.js';
import { jsonBody, type Route } from './routes.js';

/** /api/scim: what the pages of Settings > SCIM do, for programs. */
export function apiPart(route: Route, deps: ConnectionDependencies): Part {
  const routes = Router();
  routes.use(jsonBody);
  connectionApi(routes, route, deps);
  routes.all(['/connection', '/connection/rotation'], notAllowed);
  return { path: '/api/scim', routes, face: 'json' };
}

const notAllowed: RequestHandler = () => {
  throw new Refusal('method_not_allowed');
};
