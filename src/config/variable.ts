/**
 * The text of a variable or a secret file, without what editors, Windows or a copied `.env` line add: a byte order mark,
 * spaces, line breaks (`\r` too), and one pair of quotes. `docker --env-file`, Kubernetes and systemd pass these on. No valid
 * value starts or ends with any of them.
 */
export function cleaned(text: string): string {
  const bare = text.trim(); // also removes the byte order mark
  const quoted = /^(["'])(.*)\1$/s.exec(bare);
  return quoted?.[2]?.trim() ?? bare;
}

/**
 * The problem with a URL of PostgreSQL or Redis that a URL parser accepts. Null if there is none, or if it is no URL at all.
 * Never quotes the URL.
 */
export function urlProblem(text: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: we look for them, because URL parsers drop them silently
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'must be one line, without tabs or other control characters';
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  // A bare / ? or # in a password ends the host. The rest of the password, the @ and the real host are then in the path.
  const hasMore = url.hash !== '' || url.pathname.includes('@');
  if (hasMore) return 'must have / ? # and @ in its user and password written as %2F %3F %23 and %40';
  if (!isEncoded(url.username) || !isEncoded(url.password)) {
    return 'must have each % in its user and password written as %25';
  }
  return null;
}

/** The same for PostgreSQL, where `?schema=`, which Prisma knows, would name another schema than the one that we use. */
export function databaseUrlProblem(text: string): string | null {
  const problem = urlProblem(text);
  if (problem !== null || !URL.canParse(text)) return problem;
  const isOther = (new URL(text).searchParams.get('schema') ?? 'public') !== 'public';
  return isOther ? "must not have ?schema=: Scanner's tables are in public, or shown there by views" : null;
}

/** The same for Redis, where only the number of a database and options may follow the host. */
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
