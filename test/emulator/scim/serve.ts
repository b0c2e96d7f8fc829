/** Serves one SCIM request: logged, failed on demand, authenticated, answered, held. */
import type { Request, RequestHandler } from 'express';
import { breakOff, fail } from '../api/fail.js';
import { logged } from '../api/logged.js';
import { type Reply, send } from '../api/reply.js';
import { baseUrl } from '../directory/connection-view.js';
import { acceptsToken } from '../directory/token-rotation.js';
import type { ConnectionRecord } from '../store/records.js';
import type { World } from '../world.js';
import { errorMessage, scimError } from './scim-error.js';

export interface ScimRequest {
  readonly connection: ConnectionRecord;
  /** The connection's base_url. */
  readonly url: string;
  readonly id: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** The HTTP status and what to answer. */
export type Act = (request: ScimRequest) => Answer | Promise<Answer>;
type Answer = readonly [status: number, body?: object];

export function serve(world: World, act: Act): RequestHandler {
  return async (request, response) => {
    logged(world.calls, { call: 'scim.protocol' }, response);
    const failure = world.faults.failureOf('scim.protocol');
    if (failure !== undefined && failure !== 'lostReply') {
      fail(world, response, failure);
      return;
    }
    const reply = await run(world, act, request);
    await world.faults.hold('scim.protocol');
    if (failure === 'lostReply') breakOff(response);
    else send(response, reply, 'application/scim+json');
  };
}

async function run(world: World, act: Act, request: Request): Promise<Reply> {
  try {
    const connection = authenticate(world, request);
    const [url = ''] = baseUrl(world, connection).split('?');
    const { query, body, params } = request;
    const [status, answer] = await act({ connection, url, id: String(params.id ?? ''), query, body });
    return { status, body: answer === undefined ? '' : JSON.stringify(answer) };
  } catch (error) {
    const message = errorMessage(error);
    if (message === undefined) throw error;
    return { status: message.status, body: JSON.stringify(message.body) };
  }
}

function authenticate(world: World, request: Request): ConnectionRecord {
  const connection = world.store.connections.get(String(request.params.connection_id));
  const [, token = ''] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (connection === undefined || !acceptsToken(world, connection, token)) {
    throw scimError(401, 'The bearer token is not valid for this connection');
  }
  return connection;
}
