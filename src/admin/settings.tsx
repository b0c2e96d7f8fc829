import { Router } from 'express';
import { sendPage } from '../http/render.js';
import type { Part } from '../http/site.js';
import { type Activity, readActivity } from './activity/activity.js';
import { ActivityPage } from './activity/activity-page.js';
import { sendCsv } from './activity/api.js';
import type { SettingsDependencies } from './api.js';
import { readConnection } from './connection/connections.js';
import { connectionPages } from './connection/pages.js';
import { activityQuery, parseInput } from './input.js';
import { checklist } from './overview/checklist.js';
import { readHealth } from './overview/health.js';
import { readHeard } from './overview/heard.js';
import { Live, OverviewPage, WelcomePage } from './overview/overview-page.js';
import { readSetup } from './overview/setup.js';
import { readSignals } from './overview/signals.js';
import { peoplePages } from './people/pages.js';
import { rolePages } from './roles/pages.js';
import type { Handler, Route } from './routes.js';

/** /settings/scim: the pages of a team's admin, over the same functions as /api/scim. */
export function settingsPart(route: Route, deps: SettingsDependencies): Part {
  const routes = Router();
  routes.get('/', route('get', overview(deps)));
  routes.get('/live', route('get', live(deps)));
  connectionPages(routes, route, deps);
  peoplePages(routes, route, deps.database);
  rolePages(routes, route, deps.database);
  routes.get('/activity', route('get', activity(deps)));
  routes.get('/activity.csv', route('get', sendCsv(deps)));
  return { path: '/settings/scim', routes, face: { place: ['Settings', 'SCIM'], back: '/settings/scim' } };
}

function overview(deps: SettingsDependencies): Handler {
  return async (admin, request, response) => {
    const { done } = request.query;
    const connection = await readConnection(deps, admin);
    if (connection === null) return sendPage(response, <WelcomePage admin={admin} done={done} />);
    const [setup, health, latest, heard] = await Promise.all([
      readSetup(deps, admin.team.id, connection.identityProvider),
      readHealth(deps, admin.team.id),
      readLatest(deps, admin.team.id),
      readHeard(deps.database, admin.team.id),
    ]);
    const page = { admin, connection, setup, health, latest, heard, now: new Date(), done };
    sendPage(response, <OverviewPage {...page} />);
  };
}

/** Only the part that changes by itself, and only from our own rows: it is asked for every few seconds. */
function live(deps: SettingsDependencies): Handler {
  return async ({ team }, _request, response) => {
    const [signals, health, latest, heard] = await Promise.all([
      readSignals(deps.database, team.id),
      readHealth(deps, team.id),
      readLatest(deps, team.id),
      readHeard(deps.database, team.id),
    ]);
    const page = { checks: checklist(signals), health, latest, heard, now: new Date() };
    sendPage(response, <Live {...page} />);
  };
}

async function readLatest({ database }: SettingsDependencies, teamId: string): Promise<Activity[]> {
  return (await readActivity(database, teamId, { outcome: 'changed', limit: 5 })).events;
}

function activity({ database }: SettingsDependencies): Handler {
  return async (admin, request, response) => {
    const query = parseInput(activityQuery, { outcome: 'changed', ...request.query });
    const page = await readActivity(database, admin.team.id, query);
    const filter = { person: query.person ?? '', outcome: query.outcome ?? '', cursor: query.cursor ?? '' };
    sendPage(response, <ActivityPage admin={admin} page={page} filter={filter} />);
  };
}
