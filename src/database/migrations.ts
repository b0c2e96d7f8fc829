import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { PermanentError } from '../errors/errors.js';
import { databaseAway, databaseProblem, lacksMigration, withDatabaseErrors } from './database.js';

/**
 * Applies prisma/migrations in order. It uses Prisma's own table and lock, so `prisma migrate status` agrees afterwards, but
 * not Prisma's engine, which Prisma would download. Several processes may run it at the same time.
 * @returns the names of the migrations that it applied
 * @throws PermanentError when an earlier migration failed half-way, or when its file has changed since
 * @throws TransientError when the database can't be used. It says what to do
 */
export async function migrate(databaseUrl: string, folder = ownFolder()): Promise<string[]> {
  return withClient({ connectionString: databaseUrl }, async (client) => {
    await client.query(`SELECT pg_advisory_lock(${prismaLock})`);
    await client.query(bookkeeping);
    const { rows } = await client.query<AppliedMigration>(
      'SELECT * FROM _prisma_migrations WHERE rolled_back_at IS NULL',
    );
    const done: string[] = [];
    for (const migration of readMigrations(folder)) {
      if (!isApplied(migration, rows)) done.push(await apply(client, migration));
    }
    return done;
  });
}

/** The names of the migrations that are not applied yet. Changes nothing. @throws as migrate */
export async function pendingMigrations(databaseUrl: string, folder = ownFolder()): Promise<string[]> {
  return withClient({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 }, async (client) => {
    const { rows } = await client.query<{ found: string | null }>("SELECT to_regclass('_prisma_migrations') AS found");
    const applied =
      rows[0]?.found === null
        ? []
        : (await client.query<AppliedMigration>('SELECT * FROM _prisma_migrations WHERE rolled_back_at IS NULL')).rows;
    return readMigrations(folder)
      .filter((migration) => !isApplied(migration, applied))
      .map(({ name }) => name);
  });
}

/** On a connection of its own, because locks belong to it. Its end releases them. */
async function withClient<T>(options: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(options);
  client.on('error', () => {}); // a lost connection: the statement under way fails, too
  return withDatabaseErrors(async () => {
    await client.connect();
    return work(client);
  }).finally(() => client.end().catch(() => {}));
}

type Migration = { name: string; sql: string; checksum: string };
type AppliedMigration = { migration_name: string; checksum: string; finished_at: Date | null };

/** The lock's key and the table are those of Prisma's migrate (https://github.com/prisma/prisma-engines). */
const prismaLock = 72707369;
const bookkeeping = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
  logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(),
  applied_steps_count integer NOT NULL DEFAULT 0)`;

/** prisma/migrations, seen from src/database/ or from dist/src/database/. */
function ownFolder(): string {
  const candidates = ['../../prisma/migrations', '../../../prisma/migrations'].map((path) => resolve(__dirname, path));
  const found = candidates.find((path) => existsSync(join(path, 'migration_lock.toml')));
  if (found === undefined)
    throw new PermanentError('The folder prisma/migrations is missing. Deploy it with the program.');
  return found;
}

function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'migration.sql')));
  return names.sort().map((name) => {
    const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

function isApplied(migration: Migration, rows: readonly AppliedMigration[]): boolean {
  const row = rows.find(({ migration_name }) => migration_name === migration.name);
  if (row === undefined) return false;
  if (row.finished_at === null) {
    throw new PermanentError(
      `Migration ${migration.name} failed half-way. Repair the database, then run \`prisma migrate resolve\`.`,
    );
  }
  if (row.checksum !== migration.checksum) {
    throw new PermanentError(
      `Migration ${migration.name} was changed after it was applied. Restore its file, and add a new migration instead.`,
    );
  }
  return true;
}

/** In one transaction, so a failed migration leaves nothing behind. */
async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<string> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
       VALUES (gen_random_uuid(), $1, now(), $2, 1)`,
      [checksum, name],
    );
    await client.query('COMMIT');
    return name;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {}); // the connection is lost, so PostgreSQL has rolled back
    const { code } = databaseProblem(error);
    const remedy = lacksMigration(code) ? '' : databaseAway(code).remedy;
    const what = `Migration ${name} was refused and rolled back: ${(error as Error).message}`;
    throw new PermanentError(remedy === '' ? what : `${what}. ${remedy}`);
  }
}
