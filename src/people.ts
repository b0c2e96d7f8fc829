import type { RequestHandler } from 'express';
import { createAdmit } from './admin/admit.js';
import { apiPart } from './admin/api.js';
import { createRoute } from './admin/routes.js';
import { settingsPart } from './admin/settings.js';
import type { Config } from './config.js';
import type { Database } from './database.js';
import type { Log } from './log.js';
import type { Rereads } from './reconcile/rereads.js';
import { connectStytchPeople } from './stytch-people.js';
import { createSignIn } from './web/sign-in.js';
import { createSite } from './web/site.js';

export type PeopleDependencies = { database: Database; rereads: Rereads; log: Log };

/** The half of the HTTP process that is meant for people: puts its parts together, behind one sign-in. */
export function openSite(
  config: Config,
  { database, rereads, log }: PeopleDependencies,
): { site: RequestHandler; close(): Promise<void> } {
  const { STYTCH_PROJECT_ID: projectId, STYTCH_SECRET: secret, STYTCH_BASE_URL: baseUrl } = config;
  const stytch = connectStytchPeople({ projectId, secret, baseUrl });
  const admit = createAdmit(createSignIn(stytch), database);
  const reread = (teamId: string) => rereads.team(teamId, { trigger: 'sweep' });
  const connections = { database, stytch: stytch.connections, reread, log };
  const route = createRoute(admit);
  const parts = [apiPart(route, connections), settingsPart(admit)];
  return { site: createSite(parts, { publicUrl: config.PUBLIC_URL, log }), close: () => stytch.close() };
}
