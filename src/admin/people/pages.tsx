import type { Request, Router } from 'express';
import type { Database } from '../../database/database.js';
import { Refusal } from '../../http/refusal.js';
import { sendPage } from '../../http/render.js';
import { parseInput, peopleQuery } from '../input.js';
import { isUuid } from '../roles/roles.js';
import { matchesOf } from '../roles/rows.js';
import type { Route } from '../routes.js';
import { readPeople } from './people.js';
import { PeoplePage } from './people-page.js';
import { readPerson } from './person.js';
import { PersonPage } from './person-page.js';

/** /settings/scim/people: who is in the team, what the identity provider sends for them, and why they have which role. */
export function peoplePages(routes: Router, route: Route, database: Database): void {
  routes.get(
    '/people',
    route('get', async (admin, request, response) => {
      const query = parseInput(peopleQuery, { ...request.query });
      const page = await readPeople(database, admin.team.id, query);
      sendPage(response, <PeoplePage admin={admin} page={page} query={query} now={new Date()} />);
    }),
  );
  routes.get(
    '/people/:id',
    route('get', async (admin, request, response) => {
      const person = await readPerson(database, admin.team.id, idOf(request));
      const matchOf = await matchesOf(
        database,
        admin.team.id,
        person.values.map(({ value }) => value),
      );
      sendPage(response, <PersonPage admin={admin} person={person} matchOf={matchOf} now={new Date()} />);
    }),
  );
}

function idOf({ params: { id } }: Request): string {
  if (isUuid(id)) return id;
  throw new Refusal('not_found', 'Your team has no such person.');
}
