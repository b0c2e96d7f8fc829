import { randomUUID } from 'node:crypto';
import { Webhook } from 'svix';

export const projectId = 'project-test-2a9d4f7c-91c4-4f66-9a0e-6f0f2f3b8e21';
export const secret = 'whsec_c3R5dGNoLXNjaW0tZG9zc2llci1leGFtcGxlLWtleSE=';

/** A valid event about one member; tests bend one thing. */
export function memberEvent(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    action: 'UPDATE',
    event_id: `webhook-event-test-${randomUUID()}`,
    id: 'member-test-5f1f6a1e-2c63-4f3b-8b77-0d9b3a4d2c11',
    member: { organization_id: 'organization-test-c4b8a1d2-6e0f-4a57-9d3b-1f2e3d4c5b6a', status: 'active' },
    object_type: 'member',
    project_id: projectId,
    source: 'SCIM',
    timestamp: new Date().toISOString(),
    vertical: 'B2B',
    ...change,
  };
}

export type SignedRequest = { body: string | Buffer; headers: Record<string, string> };

/** Signed as Svix does, by the svix library. */
export function signed(
  body: string | Record<string, unknown> = memberEvent(),
  options: { secrets?: string[]; family?: 'svix' | 'webhook'; id?: string; at?: Date } = {},
): SignedRequest {
  const {
    secrets = [secret],
    family = 'svix',
    id = `msg_${randomUUID().replaceAll('-', '')}`,
    at = new Date(),
  } = options;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const signatures = secrets.map((one) => new Webhook(one).sign(id, at, text));
  return {
    body: text,
    headers: {
      'content-type': 'application/json',
      [`${family}-id`]: id,
      [`${family}-timestamp`]: String(Math.floor(at.getTime() / 1000)),
      [`${family}-signature`]: signatures.join(' '),
    },
  };
}

export async function post(
  url: string,
  request: SignedRequest,
): Promise<{ status: number; body: unknown; ms: number }> {
  const started = performance.now();
  const { headers } = request;
  const body = typeof request.body === 'string' ? request.body : new Uint8Array(request.body);
  const response = await fetch(`${url}/webhooks/stytch`, { method: 'POST', body, headers, redirect: 'manual' });
  return { status: response.status, body: await response.json(), ms: performance.now() - started };
}

/** Many requests, twenty at a time as Svix does. */
export async function postAll(url: string, count: number, request: () => SignedRequest): Promise<void> {
  let left = count;
  const postNext = async () => {
    while (left-- > 0) await post(url, request());
  };
  await Promise.all(Array.from({ length: 20 }, postNext));
}
