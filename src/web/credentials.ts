import { parseCookie } from 'cookie';
import type { Request } from 'express';
import type { Credential } from '../stytch-people.js';

/** No session of Stytch's is longer by far. */
const lengthMax = 8_192;

/**
 * What a request shows of a session, the best first: the bearer token; else Stytch's two cookies. The JWT in the cookie
 * lives five minutes, and only a page with Stytch's script renews it; the session itself goes on, and its token stays good.
 */
export function credentialsOf(request: Request): Credential[] {
  const { authorization } = request.headers;
  if (authorization !== undefined) return credentialIn(/^Bearer +(\S+)$/i.exec(authorization)?.[1]);
  const cookies = parseCookie(request.headers.cookie ?? '');
  return [...credentialIn(cookies.stytch_session_jwt), ...credentialIn(cookies.stytch_session)];
}

function credentialIn(text: string | undefined): Credential[] {
  if (text === undefined || text === '' || text.length > lengthMax || /[^\w.~+/=-]/.test(text)) return [];
  return [text.split('.').length === 3 ? { session_jwt: text } : { session_token: text }];
}
