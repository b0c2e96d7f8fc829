/** The SCIM 2.0 server of a connection: where the customer's IdP pushes its people and groups. */
import express, { Router } from 'express';
import type { ConnectionRecord } from '../store/records.js';
import type { World } from '../world.js';
import { resourceTypes, schemas, serviceProviderConfig } from './discovery.js';
import { scimError } from './scim-error.js';
import { scimGroups } from './scim-groups.js';
import type { ScimResource } from './scim-resource.js';
import { scimUsers } from './scim-users.js';
import { type Act, serve } from './serve.js';

/** Not the library's own router: its resources are global to the process, and its paging assigns to `req.query`. */
export function scimRouter(world: World): Router {
  const router = Router({ mergeParams: true });
  const on = (act: Act) => serve(world, act);
  router.use(express.json({ type: ['application/scim+json', 'application/json'], limit: '10mb' }));
  resources(world, router, '/Users', scimUsers);
  resources(world, router, '/Groups', scimGroups);
  router.get(
    '/ServiceProviderConfig',
    on(({ url }) => [200, serviceProviderConfig(url)]),
  );
  router.get(
    '/Schemas{/:id}',
    on(({ url, id }) => [200, schemas(url, id)]),
  );
  router.get(
    '/ResourceTypes{/:id}',
    on(({ url, id }) => [200, resourceTypes(url, id)]),
  );
  router.use(
    on(() => {
      throw scimError(404, 'Endpoint Not Found');
    }),
  );
  return router;
}

type ResourceType = (world: World, connection: ConnectionRecord, url: string) => ScimResource;

function resources(world: World, router: Router, path: string, type: ResourceType): void {
  const on = (act: (resource: ScimResource, request: Parameters<Act>[0]) => ReturnType<Act>) =>
    serve(world, (request) => act(type(world, request.connection, request.url), request));
  router.get(
    path,
    on((resource, { query }) => [200, resource.list(query)]),
  );
  router.post(
    path,
    on((resource, { body }) => [201, resource.create(body)]),
  );
  router.get(
    `${path}/:id`,
    on((resource, { id, query }) => [200, resource.read(id, query)]),
  );
  router.put(
    `${path}/:id`,
    on((resource, { id, body }) => [200, resource.replace(id, body)]),
  );
  router.patch(
    `${path}/:id`,
    on(async (resource, { id, body }) => [200, await resource.patch(id, body)]),
  );
  router.delete(
    `${path}/:id`,
    on((resource, { id }) => {
      resource.remove(id);
      return [204];
    }),
  );
}
