import { readFileSync } from 'node:fs';
import { cleaned } from './variable.js';

/** The variables that hold a secret. Each may be in a file instead: NAME_FILE is its path. */
export const secretNames = ['DATABASE_URL', 'REDIS_URL', 'STYTCH_SECRET', 'STYTCH_WEBHOOK_SECRETS'] as const;

type Env = Record<string, string | undefined>;

/**
 * Reads the secret files and sets the variables to their contents. A file that is empty is a problem, because the operator who set
 * NAME_FILE meant to set the secret.
 * @param env only variables that are set
 * @returns problems by the name of the secret. They never quote a file's contents
 */
export function readSecretFiles(env: Env): { env: Env; problems: Map<string, string> } {
  const found = { ...env };
  const problems = new Map<string, string>();
  for (const name of secretNames) {
    const path = env[`${name}_FILE`];
    if (path === undefined) continue;
    const isOnlyFile = env[name] === undefined;
    const read = isOnlyFile
      ? readSecret(path)
      : { problem: `must not be set together with ${name}: set one of the two` };
    if ('problem' in read) problems.set(name, `${name}_FILE ${read.problem}`);
    else found[name] = read.secret;
  }
  return { env: found, problems };
}

function readSecret(path: string): { secret: string } | { problem: string } {
  try {
    const secret = cleaned(readFileSync(path, 'utf8'));
    return secret === '' ? { problem: 'must name a file with the secret, but the file is empty' } : { secret };
  } catch (error) {
    return { problem: `must name a file that this process can read (${(error as NodeJS.ErrnoException).code})` };
  }
}
