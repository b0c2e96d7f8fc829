import type { Request, Response, Router } from 'express';
import { Refusal } from '../../http/refusal.js';
import { refusalOf } from '../../http/refusal-of.js';
import { sendPage } from '../../http/render.js';
import type { Admin } from '../authorize.js';
import { completing, deletion, newConnection, parseInput, renaming } from '../input.js';
import type { Handler, Route } from '../routes.js';
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

/** /settings/scim/connection: the forms over the functions of the connection. */
export function connectionPages(routes: Router, route: Route, deps: ConnectionDependencies): void {
  routes.get('/connection', route('get', show(deps)));
  routes.get('/connection/new', route('create', showNew(deps)));
  routes.post('/connection', route('create', create(deps)));
  routes.post(
    '/connection/rename',
    route('update', async (admin, request, response) => {
      await renameConnection(deps, admin, parseInput(renaming, request.body).displayName);
      response.redirect(303, '/settings/scim/connection?done=renamed');
    }),
  );
  routes.get('/connection/delete', route('delete', showDelete(deps)));
  routes.post('/connection/delete', route('delete', remove(deps)));
  rotationPages(routes, route, deps);
}

function rotationPages(routes: Router, route: Route, deps: ConnectionDependencies): void {
  routes.post(
    '/connection/rotation',
    route('update', async (admin, _request, response) => {
      sendPage(response, <RotationPage admin={admin} {...(await startRotation(deps, admin))} />);
    }),
  );
  routes.post(
    '/connection/rotation/complete',
    route('update', async (admin, request, response) => {
      await completeRotation(deps, admin, parseInput(completing, request.body).nextBearerTokenLastFour);
      response.redirect(303, '/settings/scim/connection?done=completed');
    }),
  );
  routes.post(
    '/connection/rotation/cancel',
    route('update', async (admin, _request, response) => {
      await cancelRotation(deps, admin);
      response.redirect(303, '/settings/scim/connection?done=cancelled');
    }),
  );
}

function show(deps: ConnectionDependencies): Handler {
  return async (admin, request, response) => {
    const connection = await readConnection(deps, admin);
    if (connection === null) return response.redirect(303, '/settings/scim/connection/new');
    const { done } = request.query;
    sendPage(response, <ConnectionPage admin={admin} connection={connection} now={new Date()} done={done} />);
  };
}

function showNew(deps: ConnectionDependencies): Handler {
  return async (admin, _request, response) => {
    if ((await readConnection(deps, admin)) !== null) return response.redirect(303, '/settings/scim/connection');
    sendPage(response, <NewConnectionPage admin={admin} />);
  };
}

/** The answer to the form is the page with the token itself: nothing is stored for a page after it to show. */
function create(deps: ConnectionDependencies): Handler {
  return async (admin, request, response) => {
    try {
      const made = await createConnection(deps, admin, parseInput(newConnection, request.body));
      sendPage(response, <CreatedPage admin={admin} {...made} />, 201);
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
    await sendDeletePage(deps, admin, response, connection);
  };
}

function remove(deps: ConnectionDependencies): Handler {
  return async (admin, request, response) => {
    const { teamName, connectionId } = parseInput(deletion, request.body);
    const connection = await readConnection(deps, admin);
    if (connection === null) throw new Refusal('no_connection');
    if (connection.id !== connectionId) {
      const refusal = new Refusal('changed_meanwhile', 'There is another connection by now. This is about that one.');
      return sendDeletePage(deps, admin, response, connection, refusal);
    }
    if (teamName !== admin.team.name.trim()) {
      const refusal = new Refusal('bad_input', `That is not the name of the team. Type “${admin.team.name}”.`);
      return sendDeletePage(deps, admin, response, connection, refusal);
    }
    await deleteConnection(deps, admin, connectionId);
    response.redirect(303, '/settings/scim?done=deleted');
  };
}

async function sendDeletePage(
  deps: ConnectionDependencies,
  admin: Admin,
  response: Response,
  connection: ConnectionView,
  refusal?: Refusal,
): Promise<void> {
  const preview = await previewDeletion(deps.database, admin.team.id);
  const page = { admin, connection, preview, ...(refusal === undefined ? {} : { refusal }) };
  sendPage(response, <DeleteConnectionPage {...page} />, refusal?.status ?? 200);
}
