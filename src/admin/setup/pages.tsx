import type { Request, Response } from 'express';
import { Refusal } from '../../http/refusal.js';
import { refusalOf } from '../../http/refusal-of.js';
import { sendPage } from '../../http/render.js';
import type { Admin } from '../authorize.js';
import { type ConnectionDependencies, createConnection, readConnection } from '../connection/connections.js';
import { type PartId, partIds } from '../connection/guides/guide.js';
import { providerIds } from '../connection/providers.js';
import { replaceToken } from '../connection/rotation.js';
import { TokenLostPage } from '../connection/token-lost-page.js';
import { newConnection, parseForm } from '../input.js';
import type { Handler } from '../router.js';
import { ChooseProviderPage } from './choose-provider-page.js';
import { NewConnectionPage } from './new-connection-page.js';
import { HeardNow, PartPage, type PartPageProps } from './part-page.js';
import { readProgress } from './progress.js';
import { nothingSeen, openPart, partPath } from './steps.js';

/** Handlers of the guided set-up: /settings/scim/connection/new, the creation, and /settings/scim/setup. */
export function setupPages(deps: ConnectionDependencies) {
  return {
    showNew: showNew(deps),
    create: create(deps),
    /** Leads to the first step that is not done. */
    resume: async (admin, _request, response) => {
      if ((await readConnection(deps, admin)) === null) return response.redirect(303, '/settings/scim/connection/new');
      response.redirect(303, partPath(openPart(await readProgress(deps.database, admin.team.id))));
    },
    showPart: async (admin, request, response) => {
      const part = partOf(request);
      const connection = await readConnection(deps, admin);
      if (connection === null) return response.redirect(303, '/settings/scim/connection/new');
      await sendPartPage(deps, response, { admin, connection, part, app: request.query.app });
    },
    showLive: async (admin, request, response) => {
      const progress = await readProgress(deps.database, admin.team.id);
      sendPage(response, <HeardNow part={partOf(request)} progress={progress} now={new Date()} />);
    },
    replaceToken: newToken(deps),
  } satisfies Record<string, Handler>;
}

function showNew(deps: ConnectionDependencies): Handler {
  return async (admin, request, response) => {
    if ((await readConnection(deps, admin)) !== null) return response.redirect(303, '/settings/scim/connection');
    const provider = providerIds.find((id) => id === request.query.provider);
    if (provider === undefined) return sendPage(response, <ChooseProviderPage admin={admin} />);
    sendPage(response, <NewConnectionPage admin={admin} provider={provider} typed={{ app: request.query.app }} />);
  };
}

/**
 * The answer to the POST is the page with the token. The token is stored nowhere, so no later page can show it. A form that is
 * sent again (a second click, Reload, Back) leads to the step, which says that the token was shown and how to get a new one.
 */
function create(deps: ConnectionDependencies): Handler {
  return async (admin, request, response) => {
    const { app } = request.body ?? {};
    try {
      const created = await createConnection(deps, admin, parseForm(newConnection, request.body));
      await sendPartPage(deps, response.status(201), { admin, part: 'credentials', app, isCreated: true, ...created });
    } catch (error) {
      answerFailedCreate(admin, request, response, error);
    }
  };
}

function answerFailedCreate(admin: Admin, { body }: Request, response: Response, error: unknown): void {
  const refusal = refusalOf(error);
  if (refusal.code === 'connection_exists') {
    response.redirect(303, partPath('credentials', body?.app));
    return;
  }
  if (refusal.code === 'token_lost') {
    sendPage(response, <TokenLostPage admin={admin} refusal={refusal} />, refusal.status);
    return;
  }
  if (refusal.code !== 'bad_input' && refusal.code !== 'unavailable') throw error;
  const provider = providerIds.find((id) => id === body?.identityProvider);
  const page =
    provider === undefined ? (
      <ChooseProviderPage admin={admin} refusal={refusal} />
    ) : (
      <NewConnectionPage admin={admin} provider={provider} typed={body} refusal={refusal} />
    );
  sendPage(response, page, refusal.status);
}

/** Only while nothing was heard: afterwards the old token is in use, and the careful rotation is the way. */
function newToken(deps: ConnectionDependencies): Handler {
  return async (admin, request, response) => {
    const { idp } = await readProgress(deps.database, admin.team.id);
    if (idp.lastAt !== null) return response.redirect(303, '/settings/scim/connection#token-card');
    const made = await replaceToken(deps, admin);
    await sendPartPage(deps, response, { admin, part: 'credentials', app: request.query.app, ...made });
  };
}

async function sendPartPage(
  { database }: ConnectionDependencies,
  response: Response,
  page: Omit<PartPageProps, 'progress' | 'now'>,
): Promise<void> {
  const reading = readProgress(database, page.admin.team.id);
  // The token must be shown now, whatever else fails.
  const progress = await (page.token === undefined ? reading : reading.catch(() => nothingSeen(page.connection)));
  sendPage(response, <PartPage {...page} progress={progress} now={new Date()} />, response.statusCode);
}

function partOf({ params: { part } }: Request): PartId {
  const found = partIds.find((id) => id === part);
  if (found === undefined) throw new Refusal('not_found');
  return found;
}
