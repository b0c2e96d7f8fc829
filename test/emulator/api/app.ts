/** Stytch's HTTP server: the B2B API at the host root, and each connection's SCIM server below it. */
import express, { type ErrorRequestHandler, type Express } from 'express';
import { apiError } from '../errors.js';
import { scimRouter } from '../scim/scim-router.js';
import type { World } from '../world.js';
import { answer } from './answer.js';
import type { ApiCall } from './call.js';
import { memberCalls } from './members.js';
import { organizationCalls } from './organizations.js';
import { passwordCalls } from './passwords.js';
import { rbacCalls } from './rbac.js';
import { sendError } from './reply.js';
import { scimConnectionCalls } from './scim-connections.js';
import { getScimGroups } from './scim-groups.js';
import { sessionCalls } from './sessions.js';
import { tokenRotationCalls } from './token-rotation.js';

export function createApp(world: World): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  const body = express.json({ limit: '10mb' });
  for (const call of CALLS) {
    app[call.method](call.path, body, answer(world, call));
  }
  app.use('/v1/b2b/scim/:connection_id', scimRouter(world));
  app.use((_request, response) => sendError(world, response, apiError('route_not_found')));
  app.use(errorHandler(world));
  return app;
}

/** Members before organizations: /organizations/members/search is not an organization named "members". */
const CALLS: readonly ApiCall[] = [
  ...memberCalls,
  ...organizationCalls,
  ...scimConnectionCalls,
  getScimGroups,
  ...tokenRotationCalls,
  ...sessionCalls,
  ...passwordCalls,
  ...rbacCalls,
];

function errorHandler(world: World): ErrorRequestHandler {
  return (error, _request, response, _next) => {
    const isBadBody = error.status >= 400 && error.status < 500;
    // A mistake of the emulator must not pass for an outage of Stytch.
    if (!isBadBody) console.error('Stytch emulator:', error);
    sendError(world, response, apiError(isBadBody ? 'bad_request' : 'internal_server_error'));
  };
}
