import { PermanentError } from '../errors/errors.js';
import type { Client } from './client.js';
import { ownSchema, scannerSchema } from './contract/homes.js';
import type { Migration } from './migration-files.js';

/** Which migrations are applied. It is Prisma's table (https://github.com/prisma/prisma-engines), in a schema of ours. */
const table = `${ownSchema}._prisma_migrations`;
/** Earlier versions kept it here. A company that uses Prisma has its own there, which we only read. */
const formerTable = `${scannerSchema}._prisma_migrations`;

const columns =
  'id, checksum, finished_at, migration_name, logs, rolled_back_at, started_at, applied_steps_count' as const;

const create = `CREATE SCHEMA IF NOT EXISTS ${ownSchema}; CREATE TABLE IF NOT EXISTS ${table} (
  id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
  logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(),
  applied_steps_count integer NOT NULL DEFAULT 0)`;

type AppliedMigration = { migration_name: string; checksum: string; finished_at: Date | null };

/**
 * Splits migrations into those that are applied and those that are not. Changes nothing.
 * @throws PermanentError when an applied migration failed half-way, or when its file has changed since
 */
export async function splitByApplied(
  client: Client,
  migrations: readonly Migration[],
): Promise<{ applied: Migration[]; pending: Migration[] }> {
  const names = migrations.map(({ name }) => name);
  const rows = [...(await rowsIn(client, table, names)), ...(await rowsIn(client, formerTable, names))];
  const applied = migrations.filter((migration) => isApplied(migration, rows));
  return { applied, pending: migrations.filter((migration) => !applied.includes(migration)) };
}

async function rowsIn(client: Client, name: string, names: readonly string[]): Promise<AppliedMigration[]> {
  // A company's own bookkeeping need not be readable for the role of the processes.
  const question = "SELECT has_table_privilege(to_regclass($1), 'SELECT') AS readable"; // NULL: there is no such table
  const { rows } = await client.query<{ readable: boolean | null }>(question, [name]);
  if (!rows[0]?.readable) return [];
  const select = `SELECT * FROM ${name} WHERE rolled_back_at IS NULL AND migration_name = ANY($1::text[])`;
  return (await client.query<AppliedMigration>(select, [names])).rows;
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

/**
 * Records that migrations are applied. Call it in their transaction: then there is no bookkeeping of nothing. Copies the rows of
 * an earlier version, and leaves those in place, so that it can run beside this one.
 * @param all the names of all migrations that this version has
 */
export async function recordApplied(
  client: Client,
  migrations: readonly Migration[],
  all: readonly string[],
): Promise<void> {
  await client.query(create);
  if ((await rowsIn(client, formerTable, all)).length > 0) {
    await client.query(
      `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${formerTable} f
       WHERE migration_name = ANY($1::text[]) AND NOT EXISTS (SELECT FROM ${table} t WHERE t.id = f.id)`,
      [all],
    );
  }
  for (const { name, checksum } of migrations) {
    await client.query(
      `INSERT INTO ${table} (id, checksum, finished_at, migration_name, applied_steps_count)
       VALUES (gen_random_uuid(), $1, now(), $2, 1)`,
      [checksum, name],
    );
  }
}
