import type { Router } from 'express';
import type { Database } from '../../database/database.js';
import { parseInput, peopleQuery } from '../input.js';
import type { Route } from '../routes.js';
import { readPeople } from './people.js';

/** /api/scim/people: the users of the team, what the identity provider sends for each, and the roles that follow. */
export function peopleApi(routes: Router, route: Route, database: Database): void {
  routes.get(
    '/people',
    route('get', async ({ team }, request, response) => {
      response.json(await readPeople(database, team.id, parseInput(peopleQuery, { ...request.query })));
    }),
  );
}
