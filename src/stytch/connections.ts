import type { B2BClient } from 'stytch';
import { idOrNull } from '../directory/ids.js';
import { asRecord } from '../directory/json.js';
import type { Call } from './client.js';
import { StytchRefusal } from './translate-errors.js';

/** A SCIM connection as Stytch has it. It holds no token: Stytch shows a token once, when it makes it. */
export type LiveConnection = {
  id: string;
  identityProvider: string;
  displayName: string;
  baseUrl: string;
  tokenLastFour: string;
  /** ISO 8601. Null when the token does not expire. */
  tokenExpiresAt: string | null;
  /** During a rotation: the new token, which is not active yet. */
  next: { tokenLastFour: string; expiresAt: string | null } | null;
};

/** The admin who acts. Stytch checks the permission of this session too. */
export type Actor = { organizationId: string; sessionJwt: string };

export type StytchConnections = {
  /** Without a session the call is made as Scanner itself. */
  get(actor: { organizationId: string; sessionJwt: string | null }): Promise<LiveConnection | null>;
  create(actor: Actor, fields: { identityProvider: string; displayName: string }): Promise<WithToken>;
  rename(actor: Actor, id: string, displayName: string): Promise<LiveConnection>;
  remove(actor: Actor, id: string): Promise<void>;
  startRotation(actor: Actor, id: string): Promise<WithToken>;
  completeRotation(actor: Actor, id: string): Promise<LiveConnection>;
  cancelRotation(actor: Actor, id: string): Promise<LiveConnection>;
};

/** `token` is shown to the admin once and stored nowhere. */
export type WithToken = { connection: LiveConnection; token: string };

/** The calls of `scim.connection`, each with the admin's own session. */
export function connectionCalls(client: B2BClient, call: Call): StytchConnections {
  const { connection } = client.scim;
  const ask = (name: string, request: () => Promise<{ connection?: unknown }>) =>
    call(`scim.connection.${name}`, request);
  const found = async (name: string, request: () => Promise<{ connection?: unknown }>) =>
    liveConnectionOf((await ask(name, request)).connection);
  return {
    get: async (actor) => {
      const answer = await ask('get', () => connection.get(organizationOf(actor), sessionOf(actor))).catch(noneOrThrow);
      return answer?.connection ? liveConnectionOf(answer.connection) : null;
    },
    create: async (actor, { identityProvider: identity_provider, displayName: display_name }) => {
      const request = { ...organizationOf(actor), identity_provider, display_name };
      return withTokenOf((await ask('create', () => connection.create(request, sessionOf(actor)))).connection);
    },
    rename: (actor, id, display_name) =>
      found('update', () => connection.update({ ...idsOf(actor, id), display_name }, sessionOf(actor))),
    remove: async (actor, id) => {
      await ask('delete', async () => {
        await connection.delete(idsOf(actor, id), sessionOf(actor));
        return {};
      });
    },
    startRotation: async (actor, id) =>
      withTokenOf(
        (await ask('rotateStart', () => connection.rotateStart(idsOf(actor, id), sessionOf(actor)))).connection,
      ),
    completeRotation: (actor, id) =>
      found('rotateComplete', () => connection.rotateComplete(idsOf(actor, id), sessionOf(actor))),
    cancelRotation: (actor, id) =>
      found('rotateCancel', () => connection.rotateCancel(idsOf(actor, id), sessionOf(actor))),
  };
}

const organizationOf = ({ organizationId }: { organizationId: string }) => ({ organization_id: organizationId });
const idsOf = (actor: Actor, connection_id: string) => ({ ...organizationOf(actor), connection_id });
const sessionOf = ({ sessionJwt }: { sessionJwt: string | null }) =>
  sessionJwt === null ? {} : { authorization: { session_jwt: sessionJwt } };

/** Stytch does not document whether "none" is an empty answer or an error. */
function noneOrThrow(error: unknown): null {
  if (error instanceof StytchRefusal && error.errorType === 'no_active_scim_connection') return null;
  throw error;
}

function liveConnectionOf(answer: unknown): LiveConnection {
  const found = asRecord(answer);
  const id = idOrNull(found.connection_id);
  if (id === null || typeof found.base_url !== 'string') throw new TypeError('The answer lacks its main part');
  const waiting = textOf(found.next_bearer_token_last_four) || textOf(found.next_bearer_token).slice(-4);
  return {
    id,
    identityProvider: textOf(found.identity_provider) || 'generic',
    displayName: textOf(found.display_name),
    baseUrl: found.base_url,
    tokenLastFour: textOf(found.bearer_token_last_four) || textOf(found.bearer_token).slice(-4),
    tokenExpiresAt: timeOrNull(found.bearer_token_expires_at),
    next: waiting === '' ? null : { tokenLastFour: waiting, expiresAt: timeOrNull(found.next_bearer_token_expires_at) },
  };
}

function withTokenOf(answer: unknown): WithToken {
  const { bearer_token, next_bearer_token } = asRecord(answer);
  const token = textOf(next_bearer_token) || textOf(bearer_token);
  if (token === '') throw new TypeError('The answer lacks its main part');
  return { connection: liveConnectionOf(answer), token };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A time of Stytch as ISO 8601. Null when it is missing or no time. */
export function timeOrNull(value: unknown): string | null {
  const time = new Date(textOf(value));
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}
