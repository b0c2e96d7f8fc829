import { randomBytes, scryptSync } from 'node:crypto';
import type { ProbePermission, ProbeSession } from '../../../stytch/probe.js';
import { costly, failed, fine, harmful, type Measurement, type Seen } from './fact.js';
import { bodyOf, type Ground, text } from './ground.js';
import { lazily } from './lazily.js';
import { until, waitedText } from './until.js';

/** A signed-in person without any role: what are they refused with, and how soon does a revoked session end? */
export function sessionMeasurements(ground: Ground): Measurement[] {
  const session = lazily(() => signIn(ground));
  const asked = async (permission: Omit<ProbePermission, 'organization_id'>) =>
    text(
      await ground.stytch.authenticate((await session()).token, {
        organization_id: ground.organizationId,
        ...permission,
      }),
    );
  return [
    {
      question: 'a permission that the member lacks, in authorization_check',
      measure: async () =>
        refusalSeen(await asked({ resource_id: 'stytch.scim', action: 'create' }), {
          ok: 'Told in words what they lack.',
          allowed: 'Everybody may do everything in Settings > SCIM: see the finding on its permission.',
          other: 'The page shows a fault instead of saying what they lack. Tell the developers.',
        }),
    },
    {
      question: 'an unknown resource in authorization_check',
      measure: async () =>
        refusalSeen(await asked({ resource_id: 'scanner.probe', action: 'access' }), {
          ok: 'A permission that the policy does not know is taken as one that is not given.',
          allowed: 'Everybody may do what the policy does not name. Tell the developers.',
          other: 'Taken as a fault, and not as "no": pages fail until the policy has all resources that doctor names.',
        }),
    },
    {
      question: 'sessions.revoke has ended a session',
      measure: async () => revoke(ground, await session()),
    },
  ];
}

/** Pure. */
export function refusalSeen(answer: string, meaning: { ok: string; allowed: string; other: string }): Seen {
  if (answer === '403 session_authorization_error') return fine(answer, meaning.ok);
  if (/^2\d\d$/.test(answer)) return harmful(`${answer}, allowed`, meaning.allowed);
  return costly(answer, meaning.other);
}

type Session = { memberId: string; token: ProbeSession; jwt: ProbeSession };

/** By a password that nobody knows: the one way to a session that needs no mailbox. */
async function signIn({ stytch, organizationId, email }: Ground): Promise<Session> {
  const password = randomBytes(24).toString('base64url');
  const address = email('signed-in');
  const cost = { n: 16_384, r: 8, p: 1, keyLength: 32 };
  const salt = randomBytes(16).toString('hex');
  const hash = scryptSync(password, salt, cost.keyLength, { N: cost.n, r: cost.r, p: cost.p }).toString('base64');
  const withPassword = await stytch.setPassword(organizationId, address, { hash, salt, ...cost });
  const { member_id } = bodyOf('no session could be made: passwords.migrate', withPassword);
  const signedIn = await stytch.signIn(organizationId, address, password);
  const { session_token, session_jwt } = bodyOf('no session could be made: passwords.authenticate', signedIn);
  if (typeof session_token !== 'string' || session_token === '' || typeof session_jwt !== 'string')
    failed('no session could be made: passwords.authenticate asks for a second factor');
  return { memberId: String(member_id), token: { session_token }, jwt: { session_jwt } };
}

async function revoke(
  { stytch, signal, lagMaxMs: withinMs }: Ground,
  { memberId, token, jwt }: Session,
): Promise<Seen> {
  const sinceMs = performance.now();
  bodyOf('sessions.revoke', await stytch.revokeSessions(memberId));
  const isOver = async () => {
    const answers = await Promise.all([stytch.authenticate(token), stytch.authenticate(jwt)]);
    const lost = answers.find((answer) => 'refusal' in answer && (answer.status === 0 || answer.status >= 429));
    if (lost !== undefined) bodyOf('sessions.authenticate', lost);
    return answers.every((answer) => 'refusal' in answer);
  };
  const waited = await until(isOver, { sinceMs, withinMs, signal });
  const numbers = { seconds: waited?.seconds ?? null };
  if (waited === null) {
    const meaning = 'Who is deactivated stays signed in. Tell the developers, and Stytch.';
    return { ...harmful(waitedText(null, withinMs), meaning), numbers };
  }
  const answer = `${waitedText(waited, withinMs)}, as token and as JWT`;
  return { ...fine(answer, 'Who is deactivated is signed out of what asks Stytch that much later.'), numbers };
}
