import type { Database } from '../../database/database.js';
import { parseForm, valueOnly } from '../input.js';
import type { Handler } from '../router.js';
import { considerName, ignoreName } from './ignored-names.js';

/** Handlers of /settings/scim/roles/ignored and /considered. */
export function ignoredPages(database: Database) {
  return {
    ignore: async (admin, request, response) => {
      await ignoreName(database, admin, parseForm(valueOnly, request.body).value);
      response.redirect(303, '/settings/scim/roles?done=name-ignored');
    },
    consider: async (admin, request, response) => {
      await considerName(database, admin, parseForm(valueOnly, request.body).value);
      response.redirect(303, '/settings/scim/roles?done=name-considered');
    },
  } satisfies Record<string, Handler>;
}
