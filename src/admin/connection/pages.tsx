import type { Response } from 'express';
import { Refusal } from '../../http/refusal.js';
import { refusalOf } from '../../http/refusal-of.js';
import { sendPage } from '../../http/render.js';
import type { Admin } from '../authorize.js';
import { completing, deletion, parseForm, renaming } from '../input.js';
import type { Handler } from '../router.js';
import { ConnectionPage } from './connection-page.js';
import { type ConnectionDependencies, deleteConnection, readConnection, renameConnection } from './connections.js';
import { DeleteConnectionPage } from './delete-connection-page.js';
import { previewDeletion } from './deletion-preview.js';
import { cancelRotation, completeRotation, startRotation } from './rotation.js';
import { RotationPage } from './rotation-page.js';
import type { ConnectionView } from './view.js';

const address = '/settings/scim/connection';

/** Handlers of /settings/scim/connection. */
export function connectionPages(deps: ConnectionDependencies) {
  return {
    show: show(deps),
    rename: async (admin, request, response) => {
      await renameConnection(deps, admin, parseForm(renaming, request.body).displayName);
      response.redirect(303, `${address}?done=renamed`);
    },
    showDelete: showDelete(deps),
    remove: remove(deps),
    startRotation: rotate(deps),
    completeRotation: async (admin, request, response) => {
      await completeRotation(deps, admin, parseForm(completing, request.body).nextBearerTokenLastFour);
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

/** A form that is sent again (Reload, Back) leads to the page that says which token waits, and how to get another one. */
function rotate(deps: ConnectionDependencies): Handler {
  return async (admin, _request, response) => {
    try {
      sendPage(response, <RotationPage admin={admin} {...(await startRotation(deps, admin))} />);
    } catch (error) {
      if (refusalOf(error).code !== 'rotating') throw error;
      response.redirect(303, `${address}#token-card`);
    }
  };
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
    const { teamName, connectionId } = parseForm(deletion, request.body);
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
