import { asRecord, parseJson } from '../../../directory/json.js';
import { TransientError } from '../../../errors/errors.js';

/** What a SCIM server answered. */
export type ScimAnswer = { status: number; body: Record<string, unknown> };
export type ScimClient = (method: string, path: string, body?: object) => Promise<ScimAnswer>;

const deadlineMs = 15_000;

/**
 * An identity provider that calls a connection's SCIM address. The token stays in this function.
 * @throws TransientError when no answer comes
 */
export function scimClient(baseUrl: string, bearerToken: string): ScimClient {
  return async (method, path, body) => {
    const address = new URL(baseUrl);
    address.pathname = `${address.pathname.replace(/\/$/, '')}${path.split('?')[0]}`;
    for (const [name, value] of new URLSearchParams(path.split('?')[1] ?? '')) address.searchParams.set(name, value);
    const headers = { authorization: `Bearer ${bearerToken}`, 'content-type': 'application/scim+json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const request = { method, headers, ...sent, signal: AbortSignal.timeout(deadlineMs) };
    try {
      const response = await fetch(address, request);
      return { status: response.status, body: asRecord(parseJson(await response.text())) };
    } catch {
      throw new TransientError(`The connection's SCIM server did not answer ${method} ${path.split('/')[1]} in time.`);
    }
  };
}

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';

export function scimUser(userName: string, externalId: string, more: object = {}): object {
  const emails = [{ value: userName, primary: true, type: 'work' }];
  return { schemas: [userSchema], userName, externalId, displayName: 'Probe', active: true, emails, ...more };
}

export function patch(...operations: object[]): object {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
}

export function scimGroup(displayName: string, memberIds: string[]): object {
  const members = memberIds.map((value) => ({ value }));
  return { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName, members };
}
