/**
 * The text of a variable or of a secret's file, without what an editor, Windows or a copied `.env` line puts around it:
 * a byte order mark, spaces and line breaks (`\r` too), and one pair of quotes. `docker --env-file`, Kubernetes and systemd
 * hand these on as they are. No value that we take begins or ends with any of them.
 */
export function cleaned(text: string): string {
  const bare = text.trim(); // JavaScript counts the byte order mark as a space
  const quoted = /^(["'])(.*)\1$/s.exec(bare);
  return quoted?.[2]?.trim() ?? bare;
}

/**
 * What is wrong with a URL of PostgreSQL or Redis although a URL parser takes it. Null: nothing, or it is no URL at all.
 * Never quotes it.
 */
export function urlProblem(text: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for, URL parsers drop them silently
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'must be one line, without tabs or other control characters';
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  // A bare / ? or # ends the host, so the rest of a password, its @ and the real host follow it.
  const hasMore = url.hash !== '' || url.pathname.includes('@');
  if (hasMore) return 'must have / ? # and @ in its user and password written as %2F %3F %23 and %40';
  if (!isEncoded(url.username) || !isEncoded(url.password)) {
    return 'must have each % in its user and password written as %25';
  }
  return null;
}

/** Of Redis, also: a host, and after it nothing but the number of a database and options. */
export function redisUrlProblem(text: string): string | null {
  const problem = urlProblem(text);
  if (problem !== null || !URL.canParse(text)) return problem;
  const { hostname, pathname, search } = new URL(text);
  if (search.includes('@')) return 'must have / ? # and @ in its user and password written as %2F %3F %23 and %40';
  if (hostname === '') return 'must name a host: redis://host:6379';
  return /^\/?\d*$/.test(pathname) ? null : 'must end after its port, or with the number of a database (/0)';
}

function isEncoded(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
