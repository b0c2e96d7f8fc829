import type { Database } from '../../database/database.js';
import { parseInput, peopleQuery } from '../input.js';
import type { Handler } from '../router.js';
import { readPeople } from './people.js';

/** Handlers of /api/scim/people. */
export function peopleApi(database: Database) {
  return {
    read: async ({ team }, request, response) => {
      response.json(await readPeople(database, team.id, parseInput(peopleQuery, { ...request.query })));
    },
  } satisfies Record<string, Handler>;
}
