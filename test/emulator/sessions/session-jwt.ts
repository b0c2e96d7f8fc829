/** Session JWTs with Stytch's claims. */
import { compactVerify, decodeProtectedHeader, SignJWT } from 'jose';
import type { MemberSession } from 'stytch';
import type { SigningKeys } from './signing-keys.js';

/** However long the session: a JWT always lives 5 minutes. */
const LIFETIME_SECONDS = 5 * 60;

export interface JwtOptions {
  readonly projectId: string;
  /** Makes a JWT that was issued that long ago. */
  readonly ageSeconds?: number;
}

export async function signSessionJwt(
  keys: SigningKeys,
  session: MemberSession,
  { projectId, ageSeconds = 0 }: JwtOptions,
): Promise<string> {
  const { kid, privateKey } = await keys.current();
  const issuedAt = Math.floor(Date.now() / 1000) - ageSeconds;
  return await new SignJWT({ ...session.custom_claims, ...claims(session) })
    .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
    .setIssuer(`stytch.com/${projectId}`)
    .setAudience([projectId])
    .setSubject(session.member_id)
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt)
    .setExpirationTime(issuedAt + LIFETIME_SECONDS)
    .sign(privateKey);
}

/** The session's id if the signature is ours; an expired JWT may still be exchanged for a new one. */
export async function sessionIdOf(keys: SigningKeys, jwt: string): Promise<string | undefined> {
  try {
    const key = await keys.find(decodeProtectedHeader(jwt).kid);
    if (key === undefined) return undefined;
    const { payload } = await compactVerify(jwt, key.publicKey);
    const session: unknown = JSON.parse(new TextDecoder().decode(payload))[SESSION_CLAIM];
    return hasId(session) ? session.id : undefined;
  } catch {
    return undefined;
  }
}

const SESSION_CLAIM = 'https://stytch.com/session';

function claims(session: MemberSession): Record<string, unknown> {
  const { member_session_id, started_at, last_accessed_at, expires_at, authentication_factors, roles } = session;
  const attributes = { ip_address: '', user_agent: '' };
  return {
    [SESSION_CLAIM]: {
      id: member_session_id,
      started_at,
      last_accessed_at,
      expires_at,
      attributes,
      authentication_factors,
      roles,
    },
    'https://stytch.com/organization': {
      organization_id: session.organization_id,
      slug: session.organization_slug,
    },
  };
}

function hasId(claim: unknown): claim is { id: string } {
  return typeof claim === 'object' && claim !== null && 'id' in claim && typeof claim.id === 'string';
}
