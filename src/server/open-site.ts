import type { RequestHandler } from 'express';
import { createAdminAuthorization } from '../admin/authorize.js';
import { adminParts } from '../admin/routes.js';
import type { Config } from '../config/config.js';
import type { Database } from '../database/database.js';
import type { Rereads } from '../directory/rereads.js';
import { createSignIn } from '../http/sign-in.js';
import { createSite } from '../http/site.js';
import type { Log } from '../log/log.js';
import { connectStytch } from '../stytch/directory.js';
import { connectStytchPeople } from '../stytch/people.js';
import { createSupportAuthorization } from '../support/console/authorize.js';
import { supportPart } from '../support/console/console.js';
import { openQueuesPart } from '../support/console/queues.js';
import { connectSupport } from '../support/parts.js';

export type SiteDependencies = {
  database: Database;
  rereads: Rereads;
  /** Age of the oldest hint in the queue. Null when there is none. */
  oldestWaitingSeconds: () => Promise<number | null>;
  /** Called for each call to Stytch, with its name and HTTP status. */
  onStytchCall: (call: string, status: string) => void;
  log: Log;
};

/** The pages and APIs for people: assembles their parts, with one sign-in. */
export function openSite(
  config: Config,
  { database, rereads, oldestWaitingSeconds, onStytchCall, log }: SiteDependencies,
): { site: RequestHandler; close(): Promise<void> } {
  const { STYTCH_PROJECT_ID: projectId, STYTCH_SECRET: secret, STYTCH_BASE_URL: baseUrl } = config;
  const access = { projectId, secret, baseUrl, onCall: onStytchCall };
  const people = connectStytchPeople(access);
  const directory = connectStytch(access);
  const signIn = createSignIn(people, {
    onExcess: (count) =>
      log.warn({ count }, 'rate limit: refused sign-ins after too many invalid sessions from one address'),
  });
  const authorize = createAdminAuthorization(signIn, database);
  const support = connectSupport(config, log, { previewsTeams: false });
  const authorizeSupport = createSupportAuthorization(signIn, config.SUPPORT_ORGANIZATION_ID);
  const { part: queues, close: closeQueues } = openQueuesPart(config, authorizeSupport, log);
  const deps = {
    database,
    log,
    oldestWaitingSeconds,
    slaSeconds: config.SLA_SECONDS,
    stytch: people.connections,
    readMembers: support.readMembers,
    reread: (teamId: string) => rereads.team(teamId, { trigger: 'sweep' }),
    getMember: (memberId: string) => directory.getMember(memberId, { deadlineMs: 2_000 }),
  };
  const parts = [...adminParts(authorize, deps), queues, supportPart(authorizeSupport, support)];
  return {
    site: createSite(parts, { ...addressesIn(config), signIn, endSession: people.endSession, log }),
    close: async () => {
      await Promise.all([support.close(), closeQueues()]);
    },
  };
}

function addressesIn({ PUBLIC_URL, SIGN_IN_URL, SUPPORT_CONTACT }: Config) {
  const supportUrl = SUPPORT_CONTACT?.includes('@') ? `mailto:${SUPPORT_CONTACT}` : SUPPORT_CONTACT;
  return { publicUrl: PUBLIC_URL, signInUrl: SIGN_IN_URL, supportUrl };
}
