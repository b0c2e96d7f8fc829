import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Router } from 'express';
import { Refusal } from '../../http/refusal.js';
import { activityQuery, parseInput } from '../input.js';
import { type HealthDependencies, readHealth } from '../overview/health.js';
import type { Handler, Route } from '../routes.js';
import { readActivity } from './activity.js';
import { activityCsv } from './csv.js';

/** /api/scim/activity and /api/scim/health. */
export function activityApi(routes: Router, route: Route, deps: HealthDependencies): void {
  const { database } = deps;
  routes.get(
    '/activity',
    route('get', async ({ team }, request, response) => {
      response.json(await readActivity(database, team.id, parseInput(activityQuery, { ...request.query })));
    }),
  );
  routes.get('/activity.csv', route('get', sendCsv(deps)));
  routes.get(
    '/health',
    route('get', async ({ team }, _request, response) => {
      response.json(await readHealth(deps, team.id));
    }),
  );
}

/** Each keeps a core busy for as long as it lasts, up to half a minute; people need one now and then. */
const exportsAtOnce = 3;

/** Streamed: the first lines are there at once, and a browser that goes away ends the reading. */
export function sendCsv({ database }: Pick<HealthDependencies, 'database'>): Handler {
  let underWay = 0;
  return async ({ team }, request, response) => {
    const query = parseInput(activityQuery, { ...request.query });
    if (underWay >= exportsAtOnce) throw new Refusal('too_many_requests', tooManyExports);
    underWay += 1;
    try {
      response.type('text/csv').attachment('scim-activity.csv');
      await pipeline(Readable.from(activityCsv(database, team.id, query)), response);
    } catch (error) {
      if (!response.destroyed) throw error;
    } finally {
      underWay -= 1;
    }
  };
}

const tooManyExports = 'Other exports are being made at the moment. Try again in a minute.';
