import type { Database } from '../../database/database.js';
import { sendCsv } from '../../http/send-csv.js';
import { activityQuery, parseInput } from '../input.js';
import type { Handler } from '../router.js';
import { activityCsv } from './csv.js';

/** Streams the activity as CSV. */
export function exportCsv(database: Database): Handler {
  return async ({ team }, request, response) => {
    const query = parseInput(activityQuery, { ...request.query });
    await sendCsv(response, 'scim-activity.csv', activityCsv(database, team.id, query));
  };
}
