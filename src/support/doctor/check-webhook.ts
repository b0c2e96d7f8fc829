import { createHmac, randomUUID } from 'node:crypto';
import { withDatabaseErrors } from '../../database/database.js';
import { timeText } from '../../text/time.js';
import type { SupportParts } from '../parts.js';
import { checkedInDatabase, type Finding, ok, problem, unknown, warning } from './finding.js';

/**
 * Does the receiver that the world sees know our secrets? It is sent an event that is signed with each of them and is of
 * no project: the receiver verifies the signature first, and refuses the event after that, so nothing is done.
 */
export async function checkWebhook(
  { database }: Pick<SupportParts, 'database'>,
  { publicUrl, secrets }: { publicUrl: string | undefined; secrets: readonly string[] },
): Promise<Finding[]> {
  const heard = await checkedInDatabase('events', () => checkHeard(database));
  if (publicUrl === undefined) {
    const next = 'Set PUBLIC_URL, so that the receiver can be asked whether it knows the secrets.';
    return [...heard, unknown('webhook secrets', 'PUBLIC_URL is not set', next)];
  }
  const asked = await Promise.all(secrets.map((secret, i) => askReceiver(publicUrl, secret, i + 1)));
  return [...heard, ...asked];
}

async function checkHeard(database: SupportParts['database']): Promise<Finding[]> {
  const last = await withDatabaseErrors(() =>
    database.syncEvent.findFirst({ where: { trigger: 'hint' }, orderBy: { id: 'desc' } }),
  );
  if (last !== null) return [ok('events', `the last one was handled at ${timeText(last.appliedAt)} UTC`)];
  const next =
    'In the Stytch dashboard: an endpoint at PUBLIC_URL/webhooks/stytch with all event types, and its secret here.';
  return [warning('events', 'none has ever been handled', next)];
}

const deadlineMs = 5_000;

async function askReceiver(publicUrl: string, secret: string, number: number): Promise<Finding> {
  const check = `webhook secret ${number}`;
  const address = new URL('/webhooks/stytch', publicUrl);
  try {
    const request = { ...signedNonEvent(secret), redirect: 'manual' as const, signal: AbortSignal.timeout(deadlineMs) };
    const { status } = await fetch(address, { method: 'POST', ...request });
    return webhookFinding(check, status, address.href);
  } catch {
    return problem(
      check,
      `${address.href} can't be reached`,
      'Start npm start, or correct PUBLIC_URL, DNS or the load balancer.',
    );
  }
}

/** Pure. The receiver's answer -> what it means; 403 is the right one. */
export function webhookFinding(check: string, status: number, address: string): Finding {
  if (status === 403) return ok(check, `the receiver at ${address} verifies it`);
  if (status === 401) {
    const next =
      "Give the HTTP processes the same STYTCH_WEBHOOK_SECRETS, and restart them; or this machine's clock is off.";
    return problem(check, `the receiver at ${address} does not know it`, next);
  }
  const next = 'Something else answers there: correct PUBLIC_URL. A redirect makes every event fail.';
  return problem(check, `${address} answered ${status}`, next);
}

/** As Svix signs: HMAC-SHA256 over `id.timestamp.body`. By hand: the library is known in one place, the receiver's. */
function signedNonEvent(secret: string) {
  const body = JSON.stringify({
    ...{ project_id: 'project-doctor', event_id: 'doctor', action: 'CHECK', object_type: 'doctor', source: 'DOCTOR' },
    ...{ id: 'doctor', timestamp: new Date().toISOString() },
  });
  const [id, timestamp] = [`msg_doctor_${randomUUID()}`, String(Math.floor(Date.now() / 1000))];
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = {
    'content-type': 'application/json',
    ...{ 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': `v1,${signature}` },
  };
  return { body, headers };
}
