import type { Request } from 'express';
import type { Database } from '../../database/database.js';
import { newRole, parseInput, roleChange, roleDeletion, rolesQuery } from '../input.js';
import type { Handler } from '../router.js';
import { roleIdOf } from './role-form.js';
import { changeRole, createRole, deleteRole, previewChange, previewCreate, previewDelete } from './roles.js';
import { readRoles } from './rows.js';

/** Handlers of /api/scim/roles. With `?preview=true` a write only returns who would gain or lose the role. */
export function roleApi(database: Database) {
  return {
    read: async ({ team }, request, response) => {
      response.json(await readRoles(database, team.id, parseInput(rolesQuery, { ...request.query })));
    },
    create: async (admin, request, response) => {
      const role = parseInput(newRole, request.body);
      if (isPreview(request)) return response.json({ effect: await previewCreate(database, admin, role.value) });
      return response.status(201).json(await createRole(database, admin, role));
    },
    change: async (admin, request, response) => {
      const change = { ...parseInput(roleChange, request.body), id: roleIdOf(request) };
      if (isPreview(request)) return response.json(await previewChange(database, admin, change));
      return response.json(await changeRole(database, admin, change));
    },
    remove: async (admin, request, response) => {
      const role = { ...parseInput(roleDeletion, request.body), id: roleIdOf(request) };
      if (isPreview(request)) return response.json(await previewDelete(database, admin, role.id));
      return response.json(await deleteRole(database, admin, role));
    },
  } satisfies Record<string, Handler>;
}

function isPreview({ query }: Request): boolean {
  return query.preview === 'true';
}
