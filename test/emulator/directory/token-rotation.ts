/** Rotates a SCIM connection's bearer token: start shows the next one, complete or cancel ends it. */
import { apiError } from '../errors.js';
import { newBearerToken } from '../ids.js';
import type { ConnectionRecord } from '../store/records.js';
import type { World } from '../world.js';
import { saveConnection, tokenExpiry } from './connections.js';

/** INFERRED: starting again while rotating replaces the next token; no error type against it is known. */
export function startRotation(world: World, connection: ConnectionRecord): ConnectionRecord {
  const next = { next_bearer_token: newBearerToken(), next_bearer_token_expires_at: tokenExpiry() };
  return saveConnection(world, { ...connection, ...next }, 'DIRECT');
}

export function completeRotation(world: World, connection: ConnectionRecord): ConnectionRecord {
  const { next_bearer_token, next_bearer_token_expires_at } = connection;
  if (next_bearer_token === null || next_bearer_token_expires_at === null) {
    throw apiError('scim_connection_not_rotating_token');
  }
  const current = { bearer_token: next_bearer_token, bearer_token_expires_at: next_bearer_token_expires_at };
  return saveConnection(world, { ...connection, ...current, ...NOT_ROTATING }, 'DIRECT');
}

export function cancelRotation(world: World, connection: ConnectionRecord): ConnectionRecord {
  if (connection.next_bearer_token === null) throw apiError('scim_connection_not_rotating_token');
  return saveConnection(world, { ...connection, ...NOT_ROTATING }, 'DIRECT');
}

/** Stytch's documents contradict each other about the next token before the rotation completes. */
export function acceptsToken(world: World, connection: ConnectionRecord, token: string): boolean {
  const next = world.switches.rotationTokens === 'both' ? connection.next_bearer_token : null;
  return token === connection.bearer_token || token === next;
}

const NOT_ROTATING = { next_bearer_token: null, next_bearer_token_expires_at: null };
