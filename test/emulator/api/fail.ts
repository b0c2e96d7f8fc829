/** Makes a call fail the way a test asked for. */
import type { Response } from 'express';
import { ApiError, apiError } from '../errors.js';
import type { FailureKind } from '../faults/failures.js';
import type { World } from '../world.js';
import { sendError } from './reply.js';

export function fail(world: World, response: Response, kind: Exclude<FailureKind, 'lostReply'>): void {
  if (kind === 'hang') world.faults.hang(response);
  else if (kind === 'reset') breakOff(response);
  else if (kind === 'html502') response.status(502).type('html').send('<html><h1>502 Bad Gateway</h1></html>');
  else sendError(world, response, errorOf(kind));
}

/** The peer sees ECONNRESET. */
export function breakOff(response: Response): void {
  response.socket?.resetAndDestroy();
}

function errorOf(kind: Exclude<FailureKind, 'lostReply' | 'hang' | 'reset' | 'html502'>): ApiError {
  if (kind === '429') return apiError('too_many_requests');
  if (kind === '500') return apiError('internal_server_error');
  return new ApiError(kind.status, kind.error_type, kind.error_message ?? kind.error_type);
}
