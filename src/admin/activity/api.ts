import type { Database } from '../../database/database.js';
import { activityQuery, parseInput } from '../input.js';
import type { Handler } from '../router.js';
import { readActivity } from './activity.js';
import { exportCsv } from './export.js';

/** Handlers of /api/scim/activity. */
export function activityApi(database: Database) {
  return {
    read: async ({ team }, request, response) => {
      response.json(await readActivity(database, team.id, parseInput(activityQuery, { ...request.query })));
    },
    exportCsv: exportCsv(database),
  } satisfies Record<string, Handler>;
}
