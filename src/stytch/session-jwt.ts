import { codeOf } from '../errors/errors.js';

/**
 * What can be said of a session JWT without asking Stytch.
 * - `valid`: Stytch signed it for this project, and it has not expired. The session may be revoked all the same.
 * - `forged`: Stytch did not sign it, so asking is of no use.
 * - `unsure`: it has expired, or our clock is wrong, or Stytch's keys can't be had. Only Stytch can tell.
 */
export type JwtVerdict = 'valid' | 'forged' | 'unsure';

/** The SDK's own check, against the keys that Stytch publishes: it fetches them once in ten minutes. */
type LocalCheck = (request: { session_jwt: string }) => Promise<unknown>;

/** While the keys can't be fetched, each JWT would wait for another attempt, of up to 5 s. */
const keysAgainAfterMs = 30_000;

/** Tells without a call whether a JWT is worth one: 2,000 forged ones cost Stytch nothing, and us 0.1 ms each. */
export function createJwtJudge(check: LocalCheck): (jwt: string) => Promise<JwtVerdict> {
  let keysMissingUntil = 0;
  return async (jwt) => {
    if (Date.now() < keysMissingUntil) return 'unsure';
    try {
      await check({ session_jwt: jwt });
      return 'valid';
    } catch (error) {
      const verdict = verdictOf(error);
      if (verdict === 'keys_missing') keysMissingUntil = Date.now() + keysAgainAfterMs;
      return verdict === 'keys_missing' ? 'unsure' : verdict;
    }
  };
}

/** By jose's codes (https://github.com/panva/jose/blob/v5.10.0/src/util/errors.ts); it checks the signature before the times. */
function verdictOf(error: unknown): JwtVerdict | 'keys_missing' {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = codeOf(cause);
  if (code === 'ERR_JWT_EXPIRED') return 'unsure';
  const claim = typeof cause === 'object' && cause !== null && 'claim' in cause ? cause.claim : null;
  if (claim === 'nbf' || claim === 'iat') return 'unsure'; // signed, and from our clock's future
  if (/^ERR_(JW[ST]_|JWKS_(NO|MULTIPLE)_MATCHING|JOSE_(ALG|NOT_SUPPORTED))/.test(code)) return 'forged';
  return cause instanceof TypeError ? 'forged' : 'keys_missing'; // TypeError: signed by Stytch, and no session
}
