import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Database } from '../../database/database.js';
import { Refusal } from '../../http/refusal.js';
import { activityQuery, parseInput } from '../input.js';
import type { Handler } from '../router.js';
import { activityCsv } from './csv.js';

/** An export keeps a core busy for up to half a minute. People rarely need one. */
const exportsAtOnce = 3;
let running = 0;

/** Streams the activity as CSV: the first lines arrive at once, and a browser that disconnects ends the reading. */
export function exportCsv(database: Database): Handler {
  return async ({ team }, request, response) => {
    const query = parseInput(activityQuery, { ...request.query });
    if (running >= exportsAtOnce) throw new Refusal('too_many_requests', tooManyExports);
    running += 1;
    try {
      response.type('text/csv').attachment('scim-activity.csv');
      await pipeline(Readable.from(activityCsv(database, team.id, query)), response);
    } catch (error) {
      if (!response.destroyed) throw error;
    } finally {
      running -= 1;
    }
  };
}

const tooManyExports = 'Too many exports are running now. Try again in a minute.';
