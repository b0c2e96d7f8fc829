import { parseCookie } from 'cookie';
import type { Request } from 'express';
import type { Credential } from '../stytch/people.js';

/** No session of Stytch's is longer by far. */
const lengthMax = 8_192;
/**
 * Of one name. A browser sends several when they were set for different paths or domains, the more specific one first,
 * which may be the stale one. Each costs a check, so no more of them are looked at.
 */
const cookiesMax = 3;

/**
 * What a request shows of a session, the best first: the bearer token; else Stytch's two cookies. The JWT in the cookie
 * lives five minutes, and only a page with Stytch's script renews it; the session itself goes on, and its token stays good.
 */
export function credentialsOf(request: Request): Credential[] {
  const { authorization, cookie = '' } = request.headers;
  if (authorization !== undefined) return credentialIn(/^Bearer +(\S+)$/i.exec(authorization)?.[1]);
  return [...cookiesNamed('stytch_session_jwt', cookie), ...cookiesNamed('stytch_session', cookie)];
}

/** Parsed one by one, because the parser keeps the first of each name only. */
function cookiesNamed(name: string, header: string): Credential[] {
  const pairs = header.split(';').filter((pair) => pair.trimStart().startsWith(`${name}=`));
  return pairs.flatMap((pair) => credentialIn(parseCookie(pair)[name])).slice(0, cookiesMax);
}

function credentialIn(text: string | undefined): Credential[] {
  if (text === undefined || text === '' || text.length > lengthMax || /[^\w.~+/=-]/.test(text)) return [];
  return [text.split('.').length === 3 ? { session_jwt: text } : { session_token: text }];
}
