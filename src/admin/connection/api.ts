import type { Router } from 'express';
import { Refusal } from '../../http/refusal.js';
import { completing, newConnection, parseInput, renaming } from '../input.js';
import type { Route } from '../routes.js';
import type { ConnectionDependencies } from './connections.js';
import { createConnection, deleteConnection, readConnection, renameConnection } from './connections.js';
import { cancelRotation, completeRotation, startRotation } from './rotation.js';

/** /api/scim/connection and /api/scim/connection/rotation: the contract's JSON over the same functions as the pages. */
export function connectionApi(routes: Router, route: Route, deps: ConnectionDependencies): void {
  routes
    .route('/connection')
    .get(
      route('get', async (admin, _request, response) => {
        const connection = await readConnection(deps, admin);
        if (connection === null) throw new Refusal('no_connection');
        response.json(connection);
      }),
    )
    .post(
      route('create', async (admin, request, response) => {
        const made = await createConnection(deps, admin, parseInput(newConnection, request.body));
        response.status(201).json({ ...made.connection, bearerToken: made.token });
      }),
    )
    .patch(
      route('update', async (admin, request, response) => {
        response.json(await renameConnection(deps, admin, parseInput(renaming, request.body).displayName));
      }),
    )
    .delete(
      route('delete', async (admin, _request, response) => {
        response.json({ ...(await deleteConnection(deps, admin)), status: 'deleted' });
      }),
    );
  rotationApi(routes, route, deps);
}

function rotationApi(routes: Router, route: Route, deps: ConnectionDependencies): void {
  routes
    .route('/connection/rotation')
    .post(
      route('update', async (admin, _request, response) => {
        const started = await startRotation(deps, admin);
        response.status(201).json({ ...started.connection, nextBearerToken: started.token });
      }),
    )
    .put(
      route('update', async (admin, request, response) => {
        const { nextBearerTokenLastFour } = parseInput(completing, request.body);
        response.json(await completeRotation(deps, admin, nextBearerTokenLastFour));
      }),
    )
    .delete(
      route('update', async (admin, _request, response) => {
        response.json(await cancelRotation(deps, admin));
      }),
    );
}
