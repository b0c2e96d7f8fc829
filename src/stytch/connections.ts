import type { B2BClient } from 'stytch';
import { idOrNull } from '../directory/ids.js';
import { asRecord } from '../directory/json.js';
import { deadlineDefaultMs, type withDeadline } from './directory.js';
import { StytchRefusal } from './refusal.js';

/** A SCIM connection as Stytch has it. Its token is not in it: Stytch shows that once, when it is made. */
export type LiveConnection = {
  id: string;
  identityProvider: string;
  displayName: string;
  baseUrl: string;
  tokenLastFour: string;
  /** ISO 8601; null when Stytch sets no end. */
  tokenExpiresAt: string | null;
  /** While the token is being rotated: the one that waits. */
  next: { tokenLastFour: string; expiresAt: string | null } | null;
};

/** On whose behalf: Stytch checks this session too, whatever we have let through. */
export type Actor = { organizationId: string; sessionJwt: string };

export type StytchConnections = {
  /** Without a session: on Scanner's own behalf, to take note. */
  get(behalf: { organizationId: string; sessionJwt: string | null }): Promise<LiveConnection | null>;
  create(behalf: Actor, fields: { identityProvider: string; displayName: string }): Promise<WithToken>;
  rename(behalf: Actor, id: string, displayName: string): Promise<LiveConnection>;
  remove(behalf: Actor, id: string): Promise<void>;
  startRotation(behalf: Actor, id: string): Promise<WithToken>;
  completeRotation(behalf: Actor, id: string): Promise<LiveConnection>;
  cancelRotation(behalf: Actor, id: string): Promise<LiveConnection>;
};

/** `token` is shown to the admin once, and stored nowhere. */
export type WithToken = { connection: LiveConnection; token: string };

/** The calls of `scim.connection` that an admin makes, each with the admin's own session. */
export function connectionCalls(client: B2BClient, call: ReturnType<typeof withDeadline>): StytchConnections {
  const { connection } = client.scim;
  const ask = (name: string, request: () => Promise<{ connection?: unknown }>) =>
    call(`scim.connection.${name}`, deadlineDefaultMs, request);
  const found = async (name: string, request: () => Promise<{ connection?: unknown }>) =>
    liveConnectionOf((await ask(name, request)).connection);
  return {
    get: async (behalf) => {
      const answer = await ask('get', () => connection.get(organizationOf(behalf), sessionOf(behalf))).catch(
        noneOrThrow,
      );
      return answer?.connection ? liveConnectionOf(answer.connection) : null;
    },
    create: async (behalf, { identityProvider: identity_provider, displayName: display_name }) => {
      const request = { ...organizationOf(behalf), identity_provider, display_name };
      return withTokenOf((await ask('create', () => connection.create(request, sessionOf(behalf)))).connection);
    },
    rename: (behalf, id, display_name) =>
      found('update', () => connection.update({ ...idsOf(behalf, id), display_name }, sessionOf(behalf))),
    remove: async (behalf, id) => {
      await ask('delete', async () => {
        await connection.delete(idsOf(behalf, id), sessionOf(behalf));
        return {};
      });
    },
    startRotation: async (behalf, id) =>
      withTokenOf(
        (await ask('rotateStart', () => connection.rotateStart(idsOf(behalf, id), sessionOf(behalf)))).connection,
      ),
    completeRotation: (behalf, id) =>
      found('rotateComplete', () => connection.rotateComplete(idsOf(behalf, id), sessionOf(behalf))),
    cancelRotation: (behalf, id) =>
      found('rotateCancel', () => connection.rotateCancel(idsOf(behalf, id), sessionOf(behalf))),
  };
}

const organizationOf = ({ organizationId }: { organizationId: string }) => ({ organization_id: organizationId });
const idsOf = (behalf: Actor, connection_id: string) => ({ ...organizationOf(behalf), connection_id });
const sessionOf = ({ sessionJwt }: { sessionJwt: string | null }) =>
  sessionJwt === null ? {} : { authorization: { session_jwt: sessionJwt } };

/** Stytch's texts leave open whether "none" is an empty answer or an error. */
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

function timeOrNull(value: unknown): string | null {
  const time = new Date(textOf(value));
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}
