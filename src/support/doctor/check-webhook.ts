import { createHmac, randomUUID } from 'node:crypto';
import { withDatabaseErrors } from '../../database/database.js';
import { timeText } from '../../text/time.js';
import type { SupportParts } from '../parts.js';
import { type Check, check, type Finding, ok, problem, seeDatabase, unknown, warning } from './check.js';

const deadlineMs = 5_000;

/**
 * Whether events arrive, and whether the receiver at PUBLIC_URL knows our secrets. It gets an event that is signed with each
 * of them and is of no project. The receiver checks the signature first and then refuses the event, so nothing is done.
 */
export function webhookChecks(
  { database }: Pick<SupportParts, 'database'>,
  { publicUrl, secrets }: { publicUrl: string | undefined; secrets: readonly string[] },
): Check[] {
  const lastEvent = () =>
    withDatabaseErrors(() =>
      database.syncEvent.findFirst({
        where: { trigger: 'hint' },
        orderBy: { id: 'desc' },
        select: { appliedAt: true },
      }),
    );
  const events = check('events', { next: seeDatabase }, lastEvent, (last) => [lastEventFinding(last)]);
  if (publicUrl === undefined) {
    const next = 'Set PUBLIC_URL, so that the receiver can be asked whether it knows the secrets.';
    const finding = unknown('webhook secrets', 'PUBLIC_URL is not set', next);
    return [
      events,
      check(
        'webhook secrets',
        { next },
        async () => finding,
        (one) => [one],
      ),
    ];
  }
  const address = new URL('/webhooks/stytch', publicUrl);
  const asked = secrets.map((secret, i) => {
    const name = `webhook secret ${i + 1}`;
    const post = { method: 'POST', ...signedNonEvent(secret), redirect: 'manual' as const };
    const ask = () =>
      fetch(address, { ...post, signal: AbortSignal.timeout(deadlineMs) }).then(
        ({ status }) => status,
        () => null,
      );
    return check(name, { next: 'Correct PUBLIC_URL.' }, ask, (status) => [webhookFinding(name, status, address.href)]);
  });
  return [events, ...asked];
}

function lastEventFinding(last: { appliedAt: Date } | null): Finding {
  if (last !== null) return ok('events', `the last one was handled at ${timeText(last.appliedAt)} UTC`);
  const next =
    'In the Stytch dashboard: an endpoint at PUBLIC_URL/webhooks/stytch with all event types, and its secret here.';
  return warning('events', 'none has ever been handled', next);
}

/** Pure. What the receiver's status means; 403 is the right one. @param status null when there was no answer */
export function webhookFinding(check: string, status: number | null, address: string): Finding {
  if (status === null) {
    const next = 'Start npm start, or correct PUBLIC_URL, DNS or the load balancer.';
    return problem(check, `${address} can't be reached`, next);
  }
  if (status === 403) return ok(check, `the receiver at ${address} verifies it`);
  if (status === 401) {
    const next =
      "Give the HTTP processes the same STYTCH_WEBHOOK_SECRETS, and restart them; or this machine's clock is off.";
    return problem(check, `the receiver at ${address} does not know it`, next);
  }
  const next = 'Something else answers there: correct PUBLIC_URL. A redirect makes every event fail.';
  return problem(check, `${address} answered ${status}`, next);
}

/** Signed like Svix: HMAC-SHA256 over `id.timestamp.body`. Only the receiver imports the library. */
function signedNonEvent(secret: string) {
  const body = JSON.stringify({
    project_id: 'project-doctor',
    event_id: 'doctor',
    action: 'CHECK',
    object_type: 'doctor',
    source: 'DOCTOR',
    id: 'doctor',
    timestamp: new Date().toISOString(),
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
