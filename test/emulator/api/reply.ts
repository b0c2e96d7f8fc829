/** Every reply of the API has a request_id and a status_code. */
import type { Response } from 'express';
import { type ApiError, errorBody } from '../errors.js';
import { newId } from '../ids.js';
import type { World } from '../world.js';

export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** Rendered at once: while an answer is held, the state moves on. */
export function reply(world: World, status: number, body: object): Reply {
  const request_id = newId('request-id', world.project.environment);
  return { status, body: JSON.stringify({ request_id, status_code: status, ...body }) };
}

export function errorReply(world: World, error: ApiError): Reply {
  return reply(world, error.status, errorBody(error));
}

export function send(response: Response, { status, body }: Reply, type = 'application/json'): void {
  if (!response.destroyed) response.status(status).type(type).send(body);
}

export function sendError(world: World, response: Response, error: ApiError): void {
  send(response, errorReply(world, error));
}
