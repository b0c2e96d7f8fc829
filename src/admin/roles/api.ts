import type { Request, Router } from 'express';
import type { Database } from '../../database/database.js';
import { newRole, parseInput, roleChange, roleDeletion, rolesQuery } from '../input.js';
import type { Route } from '../routes.js';
import { changeRole, createRole, deleteRole, previewChange, previewCreate, previewDelete } from './roles.js';
import { readRoles } from './rows.js';

/** /api/scim/roles: with `?preview=true` each verb says who would gain or lose what, and does nothing. */
export function roleApi(routes: Router, route: Route, database: Database): void {
  routes
    .route('/roles')
    .get(
      route('get', async ({ team }, request, response) => {
        response.json(await readRoles(database, team.id, parseInput(rolesQuery, { ...request.query })));
      }),
    )
    .post(
      route('update', async (admin, request, response) => {
        const role = parseInput(newRole, request.body);
        if (isPreview(request)) return response.json({ effect: await previewCreate(database, admin, role.value) });
        return response.status(201).json(await createRole(database, admin, role));
      }),
    );
  routes
    .route('/roles/:id')
    .patch(
      route('update', async (admin, request, response) => {
        const change = { ...parseInput(roleChange, request.body), id: String(request.params.id) };
        if (isPreview(request)) return response.json(await previewChange(database, admin, change));
        return response.json(await changeRole(database, admin, change));
      }),
    )
    .delete(
      route('update', async (admin, request, response) => {
        const gone = { ...parseInput(roleDeletion, request.body), id: String(request.params.id) };
        if (isPreview(request)) return response.json(await previewDelete(database, admin, gone.id));
        return response.json(await deleteRole(database, admin, gone));
      }),
    );
}

function isPreview({ query }: Request): boolean {
  return query.preview === 'true';
}
