import { type RequestHandler, Router } from 'express';
import { Refusal } from '../http/refusal.js';
import type { Part } from '../http/site.js';
import { activityApi } from './activity/api.js';
import { connectionApi } from './connection/api.js';
import { type ConnectionDependencies, readConnection } from './connection/connections.js';
import type { SignsDependencies } from './overview/find-misconfigurations.js';
import type { HealthDependencies } from './overview/health.js';
import { readSetup } from './overview/setup.js';
import { peopleApi } from './people/api.js';
import { roleApi } from './roles/api.js';
import type { Route } from './routes.js';

/** What Settings > SCIM works with, on both its faces. */
export type SettingsDependencies = ConnectionDependencies & HealthDependencies & SignsDependencies;

/** /api/scim: what the pages of Settings > SCIM do, for programs. */
export function apiPart(route: Route, deps: SettingsDependencies): Part {
  const routes = Router();
  connectionApi(routes, route, deps);
  roleApi(routes, route, deps.database);
  activityApi(routes, route, deps);
  peopleApi(routes, route, deps.database);
  routes.get(
    '/setup',
    route('get', async (admin, _request, response) => {
      const connection = await readConnection(deps, admin);
      response.json(await readSetup(deps, admin.team.id, connection?.identityProvider ?? null));
    }),
  );
  routes.all(
    ['/connection', '/connection/rotation', '/roles', '/roles/:id', '/people', '/activity', '/health', '/setup'],
    notAllowed,
  );
  return { path: '/api/scim', routes, face: 'json' };
}

const notAllowed: RequestHandler = () => {
  throw new Refusal('method_not_allowed');
};
