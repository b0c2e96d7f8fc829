import { readFileSync } from 'node:fs';
import { cleaned } from './variable.js';

/** The variables that hold a secret. Each may come as a file too: NAME_FILE says where it lies. */
export const secretNames = ['DATABASE_URL', 'REDIS_URL', 'STYTCH_SECRET', 'STYTCH_WEBHOOK_SECRETS'] as const;

type Env = Record<string, string | undefined>;

/**
 * Puts what the files hold where the variables would be. Problems by the name of the secret they are about; what a file
 * holds is in none of them. An empty file is a problem and not an unset variable: somebody who names a file means it.
 * @param env only variables that are set
 */
export function readSecretFiles(env: Env): { env: Env; problems: Map<string, string> } {
  const found = { ...env };
  const problems = new Map<string, string>();
  for (const name of secretNames) {
    const path = env[`${name}_FILE`];
    if (path === undefined) continue;
    const isAlone = env[name] === undefined;
    const read = isAlone ? readSecret(path) : { problem: `must not be set beside ${name}: one of the two` };
    if ('problem' in read) problems.set(name, `${name}_FILE ${read.problem}`);
    else found[name] = read.secret;
  }
  return { env: found, problems };
}

function readSecret(path: string): { secret: string } | { problem: string } {
  try {
    const secret = cleaned(readFileSync(path, 'utf8'));
    return secret === '' ? { problem: 'must name a file that holds the secret; it is empty' } : { secret };
  } catch (error) {
    return { problem: `must name a file that this process can read (${(error as NodeJS.ErrnoException).code})` };
  }
}
