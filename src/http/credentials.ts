import { parseCookie } from 'cookie';
import type { Request } from 'express';
import type { Credential } from '../stytch/people.js';

/** Stytch's sessions are much shorter. */
const lengthMax = 8_192;
/**
 * Cookies of one name. A browser sends several if they were set for different paths or domains. The most specific one comes
 * first, but it may be stale. Each costs a check, so their number is limited.
 */
const cookiesMax = 3;

/**
 * The credentials of a request, best first: the bearer token, else Stytch's two cookies. The JWT in the cookie lives five
 * minutes, and only a page with Stytch's script renews it. The session's own token stays valid.
 */
export function credentialsOf(request: Request): Credential[] {
  const { authorization, cookie = '' } = request.headers;
  if (authorization !== undefined) return credentialIn(/^Bearer +(\S+)$/i.exec(authorization)?.[1]);
  return [...cookiesNamed('stytch_session_jwt', cookie), ...cookiesNamed('stytch_session', cookie)];
}

/** Parses each pair, because the library keeps only the first of a name. */
function cookiesNamed(name: string, header: string): Credential[] {
  const pairs = header.split(';').filter((pair) => pair.trimStart().startsWith(`${name}=`));
  return pairs.flatMap((pair) => credentialIn(parseCookie(pair)[name])).slice(0, cookiesMax);
}

function credentialIn(text: string | undefined): Credential[] {
  if (text === undefined || text === '' || text.length > lengthMax || /[^\w.~+/=-]/.test(text)) return [];
  return [text.split('.').length === 3 ? { session_jwt: text } : { session_token: text }];
}
