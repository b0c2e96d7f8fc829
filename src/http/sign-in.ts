import type { Request, RequestHandler } from 'express';
import type { Credential, Permission, SignedIn, StytchPeople } from '../stytch/people.js';
import { credentialsOf } from './credentials.js';
import { rememberPerson } from './frame.js';
import { failuresPerMinute, limitFailures, type Pace } from './limit-failures.js';
import { Refusal } from './refusal.js';
import { refusalOf } from './refusal-of.js';

/** Identifies and authorizes the person with Stytch, for each request. */
export type SignIn = (request: Request, permission: Permission) => Promise<SignedIn>;

/** A request without credentials is refused before anything else is checked. */
export const requireCredentials: RequestHandler = (request, _response, next) => {
  if (credentialsOf(request).length === 0) throw new Refusal('not_signed_in');
  next();
};

/**
 * A request of a signed-in person makes one call to Stytch, so a revoked session or role takes effect at once. A forged JWT
 * makes no call. `limitFailures` limits the calls for credentials that only Stytch can verify. A valid JWT has no limit.
 * @throws Refusal (`not_signed_in`, `too_many_requests`), TransientError
 */
export function createSignIn(
  stytch: StytchPeople,
  { pace = failuresPerMinute, onExcess }: { pace?: Pace; onExcess: (count: number) => void },
): SignIn {
  const failures = limitFailures(pace, onExcess);
  const find = async (request: Request, permission: Permission) => {
    const judged = await Promise.all(
      credentialsOf(request).map(async (credential) => ({ credential, verdict: await stytch.judge(credential) })),
    );
    const authenticate = (credential: Credential) => stytch.authenticate(credential, permission);
    for (const { credential } of judged.filter(({ verdict }) => verdict === 'valid')) {
      const person = await unlessNotSignedIn(authenticate(credential));
      if (person !== null) return person;
    }
    for (const { credential } of judged.filter(({ verdict }) => verdict === 'unsure')) {
      const person = await unlessNotSignedIn(
        failures.verify(request, textOf(credential), () => authenticate(credential), isNotSignedIn),
      );
      if (person !== null) return person;
    }
    throw new Refusal('not_signed_in');
  };
  return async (request, permission) => {
    const person = await find(request, permission);
    rememberPerson(request, person.email);
    return person;
  };
}

/** Null when the credential is invalid. Then the next one is tried, because a stale cookie may come before a valid one. */
async function unlessNotSignedIn(request: Promise<SignedIn>): Promise<SignedIn | null> {
  try {
    return await request;
  } catch (error) {
    if (isNotSignedIn(error)) return null;
    throw error;
  }
}

function isNotSignedIn(error: unknown): boolean {
  return refusalOf(error).code === 'not_signed_in';
}

function textOf(credential: Credential): string {
  return 'session_jwt' in credential ? credential.session_jwt : credential.session_token;
}
