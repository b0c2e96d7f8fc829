import type { Database } from '../../database/database.js';
import { sendPage } from '../../http/render.js';
import { readActivity } from '../activity/activity.js';
import { readProviderAt } from '../activity/provider-at.js';
import { type ConnectionDependencies, readConnection } from '../connection/connections.js';
import type { Handler } from '../router.js';
import { checklist } from './checklist.js';
import type { SignsDependencies } from './find-misconfigurations.js';
import { type HealthDependencies, readHealth } from './health.js';
import { readIdpStatus } from './idp-status.js';
import { type Latest, Live, OverviewPage, WelcomePage } from './overview-page.js';
import { readSetup } from './setup.js';
import { readSignals } from './signals.js';

export type OverviewDependencies = ConnectionDependencies & HealthDependencies & SignsDependencies;

/** Handlers of /settings/scim. */
export function overviewPages(deps: OverviewDependencies) {
  return {
    show: async (admin, request, response) => {
      const { done } = request.query;
      const connection = await readConnection(deps, admin);
      if (connection === null) return sendPage(response, <WelcomePage admin={admin} done={done} />);
      const [setup, health, latest, idp] = await Promise.all([
        readSetup(deps, admin.team.id, connection.identityProvider),
        readHealth(deps, admin.team.id),
        readLatest(deps.database, admin.team.id),
        readIdpStatus(deps.database, admin.team.id),
      ]);
      const page = { admin, connection, setup, health, latest, idp, now: new Date(), done };
      sendPage(response, <OverviewPage {...page} />);
    },
    /** The part that refreshes itself every few seconds. It reads our own rows only. */
    showLive: async ({ team }, _request, response) => {
      const [signals, health, latest, idp] = await Promise.all([
        readSignals(deps.database, team.id),
        readHealth(deps, team.id),
        readLatest(deps.database, team.id),
        readIdpStatus(deps.database, team.id),
      ]);
      const page = { checks: checklist(signals), health, latest, idp, now: new Date() };
      sendPage(response, <Live {...page} />);
    },
  } satisfies Record<string, Handler>;
}

/** The latest changes, and the words for them. */
async function readLatest(database: Database, teamId: string): Promise<Latest> {
  const [{ events }, providerAt] = await Promise.all([
    readActivity(database, teamId, { outcome: 'changed', limit: 5 }),
    readProviderAt(database, teamId),
  ]);
  return { events, providerAt };
}
