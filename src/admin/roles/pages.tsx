import type { Request, Response } from 'express';
import { type Database, withDatabaseErrors } from '../../database/database.js';
import type { Refusal } from '../../http/refusal.js';
import { sendPage } from '../../http/render.js';
import type { Admin } from '../authorize.js';
import { newRole, parseForm, roleDeletion, roleRenaming, rolesQuery, valueOnly } from '../input.js';
import { permissionsMax } from '../permissions.js';
import type { Handler } from '../router.js';
import { ChooseRolePage } from './choose-role-page.js';
import { roleHolders } from './effects.js';
import { NewRolePage } from './new-role-page.js';
import { formOf, requireFixable, roleIdOf } from './role-form.js';
import { DeleteRolePage, RolePage } from './role-page.js';
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

/** Handlers of /settings/scim/roles. Each change is previewed first. */
export function rolePages(database: Database) {
  return {
    show: async (admin, request, response) => {
      const query = parseForm(rolesQuery, { ignored: 'false', ...request.query });
      const overview = await readRoles(database, admin.team.id, query);
      sendPage(response, <RolesPage admin={admin} overview={overview} query={query} done={request.query.done} />);
    },
    showNew: showNew(database),
    choose: async (admin, request, response) => {
      const { value } = parseForm(valueOnly, { value: request.query.value });
      const query = parseForm(rolesQuery, { ...request.query });
      const overview = await readRoles(database, admin.team.id, query);
      const page = { admin, value, overview, search: query.q ?? '', from: Number(query.rolesCursor ?? 0) };
      sendPage(response, <ChooseRolePage {...page} />);
    },
    create: create(database),
    showRole: async (admin, request, response) => {
      const { value } = request.query;
      const newValue = value === undefined ? null : parseForm(valueOnly, { value }).value;
      await sendRolePage(database, response, { admin, id: roleIdOf(request), newValue });
    },
    rename: rename(database),
    showDelete: async (admin, request, response) => {
      const preview = await previewDelete(database, admin, roleIdOf(request));
      sendPage(response, <DeleteRolePage admin={admin} preview={preview} />);
    },
    remove: remove(database),
  } satisfies Record<string, Handler>;
}

function showNew(database: Database): Handler {
  return async (admin, request, response) => {
    const { value } = parseForm(valueOnly, { value: request.query.value });
    const { isSeen, meant } = await seenLike(database, admin.team.id, value);
    const unprefixed = withoutPrefix(value);
    if (!isSeen && unprefixed !== null) {
      const query = new URLSearchParams({ ...textsOf(request.query), value: unprefixed });
      return response.redirect(303, `/settings/scim/roles/new?${query}`);
    }
    const permissions = await permissionsLike(database, admin, request.query.like);
    const effect = await previewCreate(database, admin, value);
    const page = { admin, value, effect, permissions, meant };
    sendPage(response, <NewRolePage {...page} />);
  };
}

/** Removes `scim:` if somebody typed the role's name (`scim:analyst`) instead of the IdP's. Null: nothing to remove. */
function withoutPrefix(value: string): string | null {
  const rest = value.replace(/^(\s*scim\s*:\s*)+/i, '');
  return rest === value || rest === '' ? null : rest;
}

function textsOf(query: Request['query']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** We do not rename a near miss without the prefix, because it is not a SCIM role. We offer to copy its permissions. */
async function permissionsLike(database: Database, { team }: Admin, id: unknown): Promise<string[]> {
  if (!isUuid(id)) return [];
  const role = await withDatabaseErrors(() => database.role.findFirst({ where: { id, teamId: team.id } }));
  return role?.permissions.slice(0, permissionsMax) ?? [];
}

function create(database: Database): Handler {
  return async (admin, request, response) => {
    const typed = formOf(request);
    try {
      await createRole(database, admin, parseForm(newRole, typed));
      response.redirect(303, '/settings/scim/roles?done=role-created');
    } catch (error) {
      const refusal = requireFixable(error);
      const { value } = parseForm(valueOnly, { value: typed.value });
      const effect = await previewCreate(database, admin, value);
      const page = { admin, value, effect, refusal, permissions: typed.permissions };
      sendPage(response, <NewRolePage {...page} />, refusal.status);
    }
  };
}

function rename(database: Database): Handler {
  return async (admin, request, response) => {
    const change = { ...parseForm(roleRenaming, request.body), id: roleIdOf(request) };
    try {
      await changeRole(database, admin, change);
      response.redirect(303, '/settings/scim/roles?done=role-renamed');
    } catch (error) {
      const refusal = requireFixable(error);
      await sendRolePage(database, response, { admin, id: change.id, newValue: change.value, refusal });
    }
  };
}

async function sendRolePage(
  database: Database,
  response: Response,
  { id, newValue, ...page }: { admin: Admin; id: string; newValue: string | null; refusal?: Refusal },
): Promise<void> {
  const { admin, refusal } = page;
  const role = await withDatabaseErrors(() => findRole(database, admin, id));
  const [rename, holders] = await Promise.all([
    newValue === null ? null : previewRename(database, admin, { id: role.id, value: newValue }),
    withDatabaseErrors(() => roleHolders(database, role.id)),
  ]);
  sendPage(response, <RolePage {...page} role={role} holders={holders} rename={rename} />, refusal?.status ?? 200);
}

async function previewRename(database: Database, admin: Admin, change: { id: string; value: string }) {
  const { effect } = await previewChange(database, admin, change);
  return { value: change.value, effect };
}

function remove(database: Database): Handler {
  return async (admin, request, response) => {
    const role = { ...parseForm(roleDeletion, request.body), id: roleIdOf(request) };
    try {
      await deleteRole(database, admin, role);
      response.redirect(303, '/settings/scim/roles?done=role-deleted');
    } catch (error) {
      const refusal = requireFixable(error);
      const preview = await previewDelete(database, admin, role.id);
      sendPage(response, <DeleteRolePage admin={admin} preview={preview} refusal={refusal} />, refusal.status);
    }
  };
}
