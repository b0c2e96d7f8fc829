import type { Part } from '../http/site.js';
import { activityApi } from './activity/api.js';
import { activityPages } from './activity/pages.js';
import type { AuthorizeAdmin } from './authorize.js';
import { connectionApi } from './connection/api.js';
import { connectionPages } from './connection/pages.js';
import { type HeldDependencies, heldPages } from './held/pages.js';
import { helpRoutes } from './help-page.js';
import { type OperationName, operations } from './openapi/operations.js';
import { overviewApi } from './overview/api.js';
import { type OverviewDependencies, overviewPages } from './overview/pages.js';
import { peopleApi } from './people/api.js';
import { peoplePages } from './people/pages.js';
import { roleApi } from './roles/api.js';
import { ignoredPages } from './roles/ignored-pages.js';
import { rolePages } from './roles/pages.js';
import { permissionPages } from './roles/permission-pages.js';
import { createRouters, type Handler, type Route } from './router.js';
import { setupPages } from './setup/pages.js';

export type AdminDependencies = OverviewDependencies & HeldDependencies;

/** Settings > SCIM: its API and its pages, over the same functions. */
export function adminParts(authorize: AuthorizeAdmin, deps: AdminDependencies): Part[] {
  const routers = createRouters(authorize);
  return [
    { path: '/api/scim', routes: routers.json(apiRoutes(deps)), face: 'json' },
    {
      path: '/settings/scim',
      routes: routers.form(pageRoutes(deps)),
      openRoutes: helpRoutes(),
      face: {
        place: ['Settings', { label: 'SCIM', href: '/settings/scim' }],
        back: '/settings/scim',
        help: '/settings/scim/help',
      },
    },
  ];
}

/** The routes in openapi/operations.ts, each with its handler. */
function apiRoutes(deps: AdminDependencies): Route[] {
  const connection = connectionApi(deps);
  const roles = roleApi(deps.database);
  const activity = activityApi(deps.database);
  const overview = overviewApi(deps);
  const handlers: Record<OperationName, Handler> = {
    readConnection: connection.read,
    createConnection: connection.create,
    renameConnection: connection.rename,
    deleteConnection: connection.remove,
    startRotation: connection.startRotation,
    completeRotation: connection.completeRotation,
    cancelRotation: connection.cancelRotation,
    readRoles: roles.read,
    createRole: roles.create,
    changeRole: roles.change,
    deleteRole: roles.remove,
    readPeople: peopleApi(deps.database).read,
    readActivity: activity.read,
    exportActivity: activity.exportCsv,
    readHealth: overview.health,
    readSetup: overview.setup,
  };
  return Object.entries(operations).map(([name, { method, path, permission }]) => [
    method,
    path.replace('{id}', ':id'),
    permission,
    handlers[name as OperationName],
  ]);
}

/** In order: `/roles/new` is before `/roles/:id`. */
function pageRoutes(deps: AdminDependencies): Route[] {
  const overview = overviewPages(deps);
  const setup = setupPages(deps);
  const connection = connectionPages(deps);
  const people = peoplePages(deps.database);
  const held = heldPages(deps);
  const roles = rolePages(deps.database);
  const permissions = permissionPages(deps.database);
  const ignored = ignoredPages(deps.database);
  const activity = activityPages(deps.database);
  return [
    ['get', '/', 'get', overview.show],
    ['get', '/live', 'get', overview.showLive],
    ['get', '/connection', 'get', connection.show],
    ['post', '/connection', 'create', setup.create],
    ['get', '/connection/new', 'create', setup.showNew],
    ['post', '/connection/rename', 'update', connection.rename],
    ['get', '/connection/delete', 'delete', connection.showDelete],
    ['post', '/connection/delete', 'delete', connection.remove],
    ['post', '/connection/rotation', 'update', connection.startRotation],
    ['post', '/connection/rotation/complete', 'update', connection.completeRotation],
    ['post', '/connection/rotation/cancel', 'update', connection.cancelRotation],
    ['get', '/setup', 'get', setup.resume],
    ['post', '/setup/token', 'update', setup.replaceToken],
    ['get', '/setup/live/:part', 'get', setup.showLive],
    ['get', '/setup/:part', 'get', setup.showPart],
    ['get', '/people', 'get', people.show],
    ['get', '/people/:id', 'get', people.showPerson],
    ['get', '/held', 'get', held.show],
    ['get', '/held/people.csv', 'get', held.exportCsv],
    ['post', '/held/keep', 'update', held.keep],
    ['post', '/held/deactivate', 'update', held.deactivate],
    ['get', '/roles', 'get', roles.show],
    ['post', '/roles', 'update', roles.create],
    ['get', '/roles/new', 'update', roles.showNew],
    ['get', '/roles/choose', 'update', roles.choose],
    ['post', '/roles/ignored', 'update', ignored.ignore],
    ['post', '/roles/considered', 'update', ignored.consider],
    ['get', '/roles/:id', 'get', roles.showRole],
    ['post', '/roles/:id/rename', 'update', roles.rename],
    ['post', '/roles/:id/permissions/preview', 'update', permissions.preview],
    ['post', '/roles/:id/permissions', 'update', permissions.change],
    ['get', '/roles/:id/delete', 'update', roles.showDelete],
    ['post', '/roles/:id/delete', 'update', roles.remove],
    ['get', '/activity', 'get', activity.show],
    ['get', '/activity.csv', 'get', activity.exportCsv],
  ];
}
