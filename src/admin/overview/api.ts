import { readConnection } from '../connection/connections.js';
import type { Handler } from '../router.js';
import { readHealth } from './health.js';
import type { OverviewDependencies } from './pages.js';
import { readSetup } from './setup.js';

/** Handlers of /api/scim/health and /api/scim/setup. */
export function overviewApi(deps: OverviewDependencies) {
  return {
    health: async ({ team }, _request, response) => {
      response.json(await readHealth(deps, team.id));
    },
    setup: async (admin, _request, response) => {
      const connection = await readConnection(deps, admin);
      response.json(await readSetup(deps, admin.team.id, connection?.identityProvider ?? null));
    },
  } satisfies Record<string, Handler>;
}
