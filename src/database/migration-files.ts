import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PermanentError } from '../errors/errors.js';

export type Migration = { name: string; sql: string; checksum: string };

/** prisma/migrations, seen from src/database/ or from dist/src/database/. @throws PermanentError when it is missing */
export function migrationsFolder(): string {
  const candidates = ['../../prisma/migrations', '../../../prisma/migrations'].map((path) => resolve(__dirname, path));
  const found = candidates.find((path) => existsSync(join(path, 'migration_lock.toml')));
  if (found === undefined)
    throw new PermanentError('The folder prisma/migrations is missing. Deploy it with the program.');
  return found;
}

/** The migrations of a folder, in the order in which they are applied. */
export function readMigrations(folder = migrationsFolder()): Migration[] {
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'migration.sql')));
  return names.sort().map((name) => {
    const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}
