import { Refusal } from '../../http/refusal.js';
import { completing, newConnection, parseInput, renaming } from '../input.js';
import type { Handler } from '../router.js';
import type { ConnectionDependencies } from './connections.js';
import { createConnection, deleteConnection, readConnection, renameConnection } from './connections.js';
import { cancelRotation, completeRotation, startRotation } from './rotation.js';

/** Handlers of /api/scim/connection and /api/scim/connection/rotation. */
export function connectionApi(deps: ConnectionDependencies) {
  return {
    read: async (admin, _request, response) => {
      const connection = await readConnection(deps, admin);
      if (connection === null) throw new Refusal('no_connection');
      response.json(connection);
    },
    create: async (admin, request, response) => {
      const { connection, token } = await createConnection(deps, admin, parseInput(newConnection, request.body));
      response.status(201).json({ ...connection, bearerToken: token });
    },
    rename: async (admin, request, response) => {
      response.json(await renameConnection(deps, admin, parseInput(renaming, request.body).displayName));
    },
    remove: async (admin, _request, response) => {
      response.json({ ...(await deleteConnection(deps, admin)), status: 'deleted' });
    },
    startRotation: async (admin, _request, response) => {
      const { connection, token } = await startRotation(deps, admin);
      response.status(201).json({ ...connection, nextBearerToken: token });
    },
    completeRotation: async (admin, request, response) => {
      const { nextBearerTokenLastFour } = parseInput(completing, request.body);
      response.json(await completeRotation(deps, admin, nextBearerTokenLastFour));
    },
    cancelRotation: async (admin, _request, response) => {
      response.json(await cancelRotation(deps, admin));
    },
  } satisfies Record<string, Handler>;
}
