import type { Request, Response, Router } from 'express';
import type { Database } from '../../database/database.js';
import type { Refusal } from '../../http/refusal.js';
import { refusalOf } from '../../http/refusal-of.js';
import { sendPage } from '../../http/render.js';
import type { Admin } from '../authorize.js';
import { inDatabase } from '../in-database.js';
import { newRole, parseInput, roleDeletion, rolePermissions, roleRenaming, rolesQuery, valueOnly } from '../input.js';
import { permissionsMax } from '../permissions.js';
import type { Handler, Route } from '../routes.js';
import { NewRolePage } from './new-role-page.js';
import { ConfirmPermissionsPage, DeleteRolePage, RolePage } from './role-page.js';
import {
  changeRole,
  createRole,
  deleteRole,
  findRole,
  isUuid,
  previewChange,
  previewCreate,
  previewDelete,
} from './roles.js';
import { RolesPage } from './roles-page.js';
import { readRoles, seenLike } from './rows.js';

/** /settings/scim/roles: what the IdP sends, and the roles for it; each change after a look at whom it touches. */
export function rolePages(routes: Router, route: Route, database: Database): void {
  routes.get(
    '/roles',
    route('get', async (admin, request, response) => {
      const query = parseInput(rolesQuery, { ...request.query });
      const overview = await readRoles(database, admin.team.id, query);
      sendPage(response, <RolesPage admin={admin} overview={overview} query={query} done={request.query.done} />);
    }),
  );
  routes.get('/roles/new', route('update', showNew(database)));
  routes.post('/roles', route('update', create(database)));
  routes.get(
    '/roles/:id',
    route('get', async (admin, request, response) => {
      const asked = request.query.value;
      const value = asked === undefined ? null : parseInput(valueOnly, { value: asked }).value;
      await sendRolePage(database, admin, response, { id: idOf(request), value });
    }),
  );
  routes.post('/roles/:id/rename', route('update', rename(database)));
  routes.post('/roles/:id/permissions/preview', route('update', previewPermissions(database)));
  routes.post('/roles/:id/permissions', route('update', changePermissions(database)));
  routes.get(
    '/roles/:id/delete',
    route('update', async (admin, request, response) => {
      const preview = await previewDelete(database, admin, idOf(request));
      sendPage(response, <DeleteRolePage admin={admin} preview={preview} />);
    }),
  );
  routes.post('/roles/:id/delete', route('update', remove(database)));
}

function showNew(database: Database): Handler {
  return async (admin, request, response) => {
    const { value } = parseInput(valueOnly, { value: request.query.value });
    const { isSeen, meant } = await seenLike(database, admin.team.id, value);
    const typed = withoutPrefix(value);
    if (!isSeen && typed !== null) {
      const query = new URLSearchParams({ ...textsOf(request.query), value: typed });
      return response.redirect(303, `/settings/scim/roles/new?${query}`);
    }
    const permissions = await permissionsLike(database, admin, request.query.like);
    const effect = await previewCreate(database, admin, value);
    const page = { admin, value, effect, permissions, meant };
    sendPage(response, <NewRolePage {...page} />);
  };
}

/** What somebody types who gives the role's name where the identity provider's is asked for: `scim:analyst`. */
function withoutPrefix(value: string): string | null {
  const rest = value.replace(/^(\s*scim\s*:\s*)+/i, '');
  return rest === value || rest === '' ? null : rest;
}

function textsOf(query: Request['query']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** A near miss without the prefix is not ours to rename, but what it may do can be copied. */
async function permissionsLike(database: Database, { team }: Admin, id: unknown): Promise<string[]> {
  if (!isUuid(id)) return [];
  const role = await inDatabase(() => database.role.findFirst({ where: { id, teamId: team.id } }));
  return role?.permissions.slice(0, permissionsMax) ?? [];
}

function create(database: Database): Handler {
  return async (admin, request, response) => {
    const typed = formOf(request);
    try {
      await createRole(database, admin, parseInput(newRole, typed));
      response.redirect(303, '/settings/scim/roles?done=role-created');
    } catch (error) {
      const refusal = confirmable(error);
      const { value } = parseInput(valueOnly, { value: typed.value });
      const effect = await previewCreate(database, admin, value);
      const page = { admin, value, effect, refusal, permissions: typed.permissions };
      sendPage(response, <NewRolePage {...page} />, refusal.status);
    }
  };
}

/** One box a known permission, one line each other. */
function formOf({ body }: Request): { value: unknown; permissions: string[]; fingerprint?: string } {
  const { permissions = [], morePermissions = '', value, fingerprint } = body ?? {};
  const lines = String(morePermissions)
    .split('\n')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  const all = [...[permissions].flat().map(String), ...lines];
  return { value, permissions: all, ...(typeof fingerprint === 'string' ? { fingerprint } : {}) };
}

function rename(database: Database): Handler {
  return async (admin, request, response) => {
    const change = { ...parseInput(roleRenaming, request.body), id: idOf(request) };
    try {
      await changeRole(database, admin, change);
      response.redirect(303, '/settings/scim/roles?done=role-renamed');
    } catch (error) {
      await sendRolePage(database, admin, response, change, confirmable(error));
    }
  };
}

/** A POST that changes nothing: a hundred permissions are too long for an address. */
function previewPermissions(database: Database): Handler {
  return async (admin, request, response) => {
    const { permissions } = parseInput(rolePermissions, formOf(request));
    const preview = await previewChange(database, admin, { id: idOf(request), permissions });
    sendPage(response, <ConfirmPermissionsPage admin={admin} preview={preview} permissions={permissions} />);
  };
}

function changePermissions(database: Database): Handler {
  return async (admin, request, response) => {
    const change = { ...parseInput(rolePermissions, formOf(request)), id: idOf(request) };
    try {
      await changeRole(database, admin, change);
      response.redirect(303, '/settings/scim/roles?done=role-permissions');
    } catch (error) {
      const refusal = confirmable(error);
      const preview = await previewChange(database, admin, { id: change.id, permissions: change.permissions });
      const page = { admin, preview, permissions: change.permissions, refusal };
      sendPage(response, <ConfirmPermissionsPage {...page} />, refusal.status);
    }
  };
}

async function sendRolePage(
  database: Database,
  admin: Admin,
  response: Response,
  asked: { id: string; value: string | null },
  refusal?: Refusal,
): Promise<void> {
  const role = await inDatabase(() => findRole(database, admin, asked.id));
  const preview =
    asked.value === null ? null : await previewChange(database, admin, { id: role.id, value: asked.value });
  const rename = preview && asked.value !== null ? { value: asked.value, effect: preview.effect } : null;
  const page = { admin, role, rename, ...(refusal === undefined ? {} : { refusal }) };
  sendPage(response, <RolePage {...page} />, refusal?.status ?? 200);
}

function remove(database: Database): Handler {
  return async (admin, request, response) => {
    const gone = { ...parseInput(roleDeletion, request.body), id: idOf(request) };
    try {
      await deleteRole(database, admin, gone);
      response.redirect(303, '/settings/scim/roles?done=role-deleted');
    } catch (error) {
      const refusal = confirmable(error);
      const preview = await previewDelete(database, admin, gone.id);
      sendPage(response, <DeleteRolePage admin={admin} preview={preview} refusal={refusal} />, refusal.status);
    }
  };
}

/** What is put right on the form itself; anything else ends on the page for errors. */
function confirmable(error: unknown): Refusal {
  const refusal = refusalOf(error);
  if (!['bad_input', 'changed_meanwhile', 'role_exists'].includes(refusal.code)) throw error;
  return refusal;
}

function idOf({ params }: Request): string {
  return String(params.id);
}
