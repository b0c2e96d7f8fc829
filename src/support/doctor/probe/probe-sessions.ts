import { randomBytes, scryptSync } from 'node:crypto';
import type { ProbeSession } from '../../../stytch/probe.js';
import { question } from '../question.js';
import { costly, failed, fine, harmful, type Measurement, type Seen } from './fact.js';
import { bodyOf, type Ground, text } from './ground.js';
import { lazily } from './lazily.js';
import { until, type Waited, waitedText } from './until.js';

/** A signed-in member without any role: how a permission is refused, and how soon a revoked session ends. */
export function sessionMeasurements(ground: Ground): Measurement[] {
  const session = lazily(() => signIn(ground));
  const authorize = (resource_id: string, action: string) => async () => {
    const permission = { organization_id: ground.organizationId, resource_id, action };
    return text(await ground.stytch.authenticate((await session()).token, permission));
  };
  return [
    question(
      'a permission that the member lacks, in authorization_check',
      authorize('stytch.scim', 'create'),
      refusalSeen({
        refused: 'The page says what they lack.',
        allowed: 'Everybody may do everything in Settings > SCIM: see the finding on its permission.',
        other: 'The page shows an error instead of saying what they lack. Tell the developers.',
      }),
    ),
    question(
      'an unknown resource in authorization_check',
      authorize('scanner.probe', 'access'),
      refusalSeen({
        refused: 'A permission that the policy does not know is refused.',
        allowed: 'Everybody may do what the policy does not name. Tell the developers.',
        other:
          'Scanner treats it as an error, not as "no": pages fail until the policy has all resources that doctor names.',
      }),
    ),
    question(
      'sessions.revoke has ended a session',
      async () => revoke(ground, await session()),
      (waited) => revocationSeen(waited, ground.lagMaxMs),
    ),
  ];
}

function refusalSeen(meaning: { refused: string; allowed: string; other: string }): (answer: string) => Seen {
  return (answer) => {
    if (answer === '403 session_authorization_error') return fine(answer, meaning.refused);
    if (/^2\d\d$/.test(answer)) return harmful(`${answer}, allowed`, meaning.allowed);
    return costly(answer, meaning.other);
  };
}

type Session = { memberId: string; token: ProbeSession; jwt: ProbeSession };

/** With a password that nobody knows: the only way to a session that needs no mailbox. */
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
): Promise<Waited | null> {
  const sinceMs = performance.now();
  bodyOf('sessions.revoke', await stytch.revokeSessions(memberId));
  const isOver = async () => {
    const answers = await Promise.all([stytch.authenticate(token), stytch.authenticate(jwt)]);
    const lost = answers.find((answer) => 'refusal' in answer && (answer.status === 0 || answer.status >= 429));
    if (lost !== undefined) bodyOf('sessions.authenticate', lost);
    return answers.every((answer) => 'refusal' in answer);
  };
  return until(isOver, { sinceMs, withinMs, signal });
}

function revocationSeen(waited: Waited | null, withinMs: number): Seen {
  const took = waitedText(waited, withinMs);
  const numbers = { seconds: waited?.seconds ?? null };
  const seen =
    waited === null
      ? harmful(took, 'A deactivated person stays signed in. Tell the developers, and Stytch.')
      : fine(
          `${took}, as token and as JWT`,
          'After that time, everything that asks Stytch sees the person signed out.',
        );
  return { ...seen, numbers };
}
