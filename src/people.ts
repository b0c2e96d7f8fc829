import type { RequestHandler } from 'express';
import { createAdmit } from './admin/admit.js';
import { settingsPart } from './admin/settings.js';
import type { Config } from './config.js';
import type { Database } from './database.js';
import type { Log } from './log.js';
import { connectStytchPeople } from './stytch-people.js';
import { createSignIn } from './web/sign-in.js';
import { createSite, type Part } from './web/site.js';

/** The half of the HTTP process that is meant for people: puts its parts together, behind one sign-in. */
export function openSite(
  config: Config,
  database: Database,
  log: Log,
): { site: RequestHandler; close(): Promise<void> } {
  const { STYTCH_PROJECT_ID: projectId, STYTCH_SECRET: secret, STYTCH_BASE_URL: baseUrl } = config;
  const stytch = connectStytchPeople({ projectId, secret, baseUrl });
  const signIn = createSignIn(stytch);
  const parts: Part[] = [settingsPart(createAdmit(signIn, database))];
  return { site: createSite(parts, { publicUrl: config.PUBLIC_URL, log }), close: () => stytch.close() };
}
