import type { Request, RequestHandler } from 'express';
import type { Credential, Permission, SignedIn, StytchPeople } from '../stytch/people.js';
import { credentialsOf } from './credentials.js';
import { failuresPerMinute, limitFailures, type Pace } from './limit-failures.js';
import { Refusal } from './refusal.js';
import { refusalOf } from './refusal-of.js';

/** Who makes this request, and does Stytch allow them this action? Asked anew for each request. */
export type SignIn = (request: Request, permission: Permission) => Promise<SignedIn>;

/** Who shows nothing is told to sign in before anything else is looked at: it costs nothing, and helps most. */
export const requireCredentials: RequestHandler = (request, _response, next) => {
  if (credentialsOf(request).length === 0) throw new Refusal('not_signed_in');
  next();
};

/**
 * Stytch is asked once a request by somebody who is signed in, so that a revoked session or role counts at once. A forged
 * JWT costs no call; what only Stytch can judge costs as many as `limitFailures` allows. A valid JWT meets no limit.
 * @throws Refusal (`not_signed_in`, `too_many_requests`), TransientError
 */
export function createSignIn(
  stytch: StytchPeople,
  { pace = failuresPerMinute, onExcess }: { pace?: Pace; onExcess: (count: number) => void },
): SignIn {
  const failures = limitFailures(pace, onExcess);
  return async (request, permission) => {
    const judged = await Promise.all(
      credentialsOf(request).map(async (credential) => ({ credential, verdict: await stytch.judge(credential) })),
    );
    const ask = (credential: Credential) => stytch.authenticate(credential, permission);
    for (const { credential } of judged.filter(({ verdict }) => verdict === 'valid')) {
      const person = await unlessNobody(ask(credential));
      if (person !== null) return person;
    }
    for (const { credential } of judged.filter(({ verdict }) => verdict === 'unsure')) {
      const person = await unlessNobody(failures.ask(request, textOf(credential), () => ask(credential), isNobody));
      if (person !== null) return person;
    }
    throw new Refusal('not_signed_in');
  };
}

/** Null: the next credential has its turn, as an old cookie may stand beside a good one. */
async function unlessNobody(asked: Promise<SignedIn>): Promise<SignedIn | null> {
  try {
    return await asked;
  } catch (error) {
    if (isNobody(error)) return null;
    throw error;
  }
}

function isNobody(error: unknown): boolean {
  return refusalOf(error).code === 'not_signed_in';
}

function textOf(credential: Credential): string {
  return 'session_jwt' in credential ? credential.session_jwt : credential.session_token;
}
