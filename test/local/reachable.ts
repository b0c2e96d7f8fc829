import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * The folder, where PostgreSQL can get at it; else a place in /var/tmp that stands in for it, the same each time: its user
 * can't go into root's home, nor into what mktemp makes.
 */
export function reachable(folder: string): string {
  mkdirSync(dirname(folder), { recursive: true });
  const canEnter = spawnSync('test', ['-x', dirname(folder)], unprivilegedUser()).status === 0;
  if (canEnter) return folder;
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  return join('/var/tmp', `scanner-scim-${name}`, basename(folder));
}

export type User = { uid?: number; gid?: number };

/** PostgreSQL refuses to run as root, as containers often do; then it runs as `postgres`, or else as `nobody`. */
export function unprivilegedUser(): User {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string, name: string) => Number(spawnSync('id', [flag, name]).stdout.toString());
  const name = spawnSync('id', ['-u', 'postgres']).status === 0 ? 'postgres' : 'nobody';
  return { uid: id('-u', name), gid: id('-g', name) };
}
