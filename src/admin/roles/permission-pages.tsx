import type { Database } from '../../database/database.js';
import { sendPage } from '../../http/render.js';
import { parseForm, rolePermissions } from '../input.js';
import type { Handler } from '../router.js';
import { formOf, requireFixable, roleIdOf } from './role-form.js';
import { ConfirmPermissionsPage } from './role-page.js';
import { changeRole, previewChange } from './roles.js';

/** Handlers of /settings/scim/roles/:id/permissions. */
export function permissionPages(database: Database) {
  return {
    /** A POST although it changes nothing, because a hundred permissions are too long for an address. */
    preview: async (admin, request, response) => {
      const { permissions } = parseForm(rolePermissions, formOf(request));
      const preview = await previewChange(database, admin, { id: roleIdOf(request), permissions });
      sendPage(response, <ConfirmPermissionsPage admin={admin} preview={preview} permissions={permissions} />);
    },
    change: async (admin, request, response) => {
      const change = { ...parseForm(rolePermissions, formOf(request)), id: roleIdOf(request) };
      try {
        await changeRole(database, admin, change);
        response.redirect(303, '/settings/scim/roles?done=role-permissions');
      } catch (error) {
        const refusal = requireFixable(error);
        const { id, permissions } = change;
        const preview = await previewChange(database, admin, { id, permissions });
        const page = { admin, preview, permissions, refusal };
        sendPage(response, <ConfirmPermissionsPage {...page} />, refusal.status);
      }
    },
  } satisfies Record<string, Handler>;
}
