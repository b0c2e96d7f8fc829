import type { Database } from '../../database/database.js';
import { sendPage } from '../../http/render.js';
import { activityQuery, parseForm } from '../input.js';
import type { Handler } from '../router.js';
import { readActivity } from './activity.js';
import { ActivityPage } from './activity-page.js';
import { exportCsv } from './export.js';
import { readProviderAt } from './provider-at.js';

/** Handlers of /settings/scim/activity. */
export function activityPages(database: Database) {
  return {
    show: async (admin, request, response) => {
      const query = parseForm(activityQuery, { outcome: 'changed', ...request.query });
      const [page, providerAt] = await Promise.all([
        readActivity(database, admin.team.id, query),
        readProviderAt(database, admin.team.id),
      ]);
      sendPage(response, <ActivityPage admin={admin} page={page} query={query} providerAt={providerAt} />);
    },
    exportCsv: exportCsv(database),
  } satisfies Record<string, Handler>;
}
