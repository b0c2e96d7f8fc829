import type { Request } from 'express';
import { type Database, withDatabaseErrors } from '../../database/database.js';
import { Refusal } from '../../http/refusal.js';
import { sendPage } from '../../http/render.js';
import { parseForm, peopleQuery } from '../input.js';
import { isUuid } from '../roles/roles.js';
import { matchesOf } from '../roles/rows.js';
import type { Handler } from '../router.js';
import { readPeople } from './people.js';
import { PeoplePage } from './people-page.js';
import { readPerson } from './person.js';
import { PersonPage } from './person-page.js';

/** Handlers of /settings/scim/people. */
export function peoplePages(database: Database) {
  return {
    show: async (admin, request, response) => {
      const query = parseForm(peopleQuery, { ...request.query });
      const [page, role] = await Promise.all([
        readPeople(database, admin.team.id, query),
        roleNameOf(database, admin.team.id, query.role),
      ]);
      sendPage(response, <PeoplePage admin={admin} page={page} query={query} role={role} now={new Date()} />);
    },
    showPerson: async (admin, request, response) => {
      const person = await readPerson(database, admin.team.id, idOf(request));
      const values = person.values.map(({ value }) => value);
      const matchOf = await matchesOf(database, admin.team.id, values);
      sendPage(response, <PersonPage admin={admin} person={person} matchOf={matchOf} now={new Date()} />);
    },
  } satisfies Record<string, Handler>;
}

function idOf({ params: { id } }: Request): string {
  if (isUuid(id)) return id;
  throw new Refusal('not_found', 'Your team has no such person.');
}

async function roleNameOf(database: Database, teamId: string, id: string | undefined): Promise<string | null> {
  if (id === undefined) return null;
  const role = await withDatabaseErrors(() =>
    database.role.findFirst({ where: { id, teamId }, select: { name: true } }),
  );
  return role?.name ?? null;
}
