import type { Request, Response } from 'express';
import { Refusal } from '../../http/refusal.js';
import { refusalOf } from '../../http/refusal-of.js';
import { sendPage } from '../../http/render.js';
import type { Admin } from '../authorize.js';
import { completing, deletion, newConnection, parseInput, renaming } from '../input.js';
import type { Handler } from '../router.js';
import { ConnectionPage } from './connection-page.js';
import {
  type ConnectionDependencies,
  createConnection,
  deleteConnection,
  readConnection,
  renameConnection,
} from './connections.js';
import { DeleteConnectionPage } from './delete-connection-page.js';
import { previewDeletion } from './deletion-preview.js';
import { ExistsPage } from './exists-page.js';
import { NewConnectionPage } from './new-connection-page.js';
import { cancelRotation, completeRotation, startRotation } from './rotation.js';
import { CreatedPage, RotationPage } from './token-page.js';
import type { ConnectionView } from './view.js';

const address = '/settings/scim/connection';

/** Handlers of /settings/scim/connection. */
export function connectionPages(deps: ConnectionDependencies) {
  return {
    show: show(deps),
    showNew: showNew(deps),
    create: create(deps),
    rename: async (admin, request, response) => {
      await renameConnection(deps, admin, parseInput(renaming, request.body).displayName);
      response.redirect(303, `${address}?done=renamed`);
    },
    showDelete: showDelete(deps),
    remove: remove(deps),
    startRotation: async (admin, _request, response) => {
      sendPage(response, <RotationPage admin={admin} {...(await startRotation(deps, admin))} />);
    },
    completeRotation: async (admin, request, response) => {
      await completeRotation(deps, admin, parseInput(completing, request.body).nextBearerTokenLastFour);
      response.redirect(303, `${address}?done=completed`);
    },
    cancelRotation: async (admin, _request, response) => {
      await cancelRotation(deps, admin);
      response.redirect(303, `${address}?done=cancelled`);
    },
  } satisfies Record<string, Handler>;
}

function show(deps: ConnectionDependencies): Handler {
  return async (admin, request, response) => {
    const connection = await readConnection(deps, admin);
    if (connection === null) return response.redirect(303, `${address}/new`);
    const { done } = request.query;
    sendPage(response, <ConnectionPage admin={admin} connection={connection} now={new Date()} done={done} />);
  };
}

function showNew(deps: ConnectionDependencies): Handler {
  return async (admin, _request, response) => {
    if ((await readConnection(deps, admin)) !== null) return response.redirect(303, address);
    sendPage(response, <NewConnectionPage admin={admin} />);
  };
}

/** The answer to the POST is the page with the token. The token is stored nowhere, so no later page can show it. */
function create(deps: ConnectionDependencies): Handler {
  return async (admin, request, response) => {
    try {
      const created = await createConnection(deps, admin, parseInput(newConnection, request.body));
      sendPage(response, <CreatedPage admin={admin} {...created} />, 201);
    } catch (error) {
      answerFailedCreate(admin, request, response, error);
    }
  };
}

function answerFailedCreate(admin: Admin, { body }: Request, response: Response, error: unknown): void {
  const refusal = refusalOf(error);
  if (refusal.code === 'connection_exists' || refusal.code === 'token_lost') {
    sendPage(response, <ExistsPage admin={admin} refusal={refusal} />, refusal.status);
    return;
  }
  if (refusal.code !== 'bad_input' && refusal.code !== 'unavailable') throw error;
  sendPage(response, <NewConnectionPage admin={admin} typed={body ?? {}} refusal={refusal} />, refusal.status);
}

function showDelete(deps: ConnectionDependencies): Handler {
  return async (admin, _request, response) => {
    const connection = await readConnection(deps, admin);
    if (connection === null) throw new Refusal('no_connection');
    await sendDeletePage(deps, response, { admin, connection });
  };
}

function remove(deps: ConnectionDependencies): Handler {
  return async (admin, request, response) => {
    const { teamName, connectionId } = parseInput(deletion, request.body);
    const connection = await readConnection(deps, admin);
    if (connection === null) throw new Refusal('no_connection');
    if (connection.id !== connectionId) {
      const refusal = new Refusal('changed_meanwhile', 'There is another connection now. This page is about that one.');
      return sendDeletePage(deps, response, { admin, connection, refusal });
    }
    if (teamName !== admin.team.name.trim()) {
      const refusal = new Refusal('bad_input', `That is not the name of the team. Type “${admin.team.name}”.`);
      return sendDeletePage(deps, response, { admin, connection, refusal });
    }
    await deleteConnection(deps, admin, connectionId);
    response.redirect(303, '/settings/scim?done=deleted');
  };
}

async function sendDeletePage(
  { database }: ConnectionDependencies,
  response: Response,
  page: { admin: Admin; connection: ConnectionView; refusal?: Refusal },
): Promise<void> {
  const preview = await previewDeletion(database, page.admin.team.id);
  sendPage(response, <DeleteConnectionPage {...page} preview={preview} />, page.refusal?.status ?? 200);
}
