import { setTimeout as sleep } from 'node:timers/promises';
import { PermanentError } from '../errors/errors.js';
import { recordApplied, splitByApplied } from './bookkeeping.js';
import { type Client, withClient } from './client.js';
import { adopt } from './contract/adopt.js';
import { compare, type Finding } from './contract/compare.js';
import { expectedOf } from './contract/expected.js';
import { searchPathOf } from './contract/homes.js';
import { withObstacles } from './contract/obstacles.js';
import { readActual, takenNames } from './contract/read-actual.js';
import { databaseAway, databaseProblem, lacksMigration } from './database.js';
import { type Migration, migrationsFolder, readMigrations } from './migration-files.js';

/**
 * Applies prisma/migrations in order. It uses Prisma's own table and lock, so `prisma migrate status` agrees afterwards, but
 * not Prisma's engine, which Prisma would download. Several processes may run it at the same time. A database that has tables of
 * these names already, from elsewhere, is adopted: see contract/adopt.ts.
 * @param tell is called with each thing that an adoption made
 * @returns the names of the migrations that it applied
 * @throws PermanentError when an earlier migration failed half-way, or when its file has changed since, or when the tables
 *   that are there can't be adopted
 * @throws TransientError when the database can't be used. It says what to do
 */
export async function migrate(
  databaseUrl: string,
  folder = migrationsFolder(),
  tell: (finding: Finding) => void = () => {},
): Promise<string[]> {
  const migrations = readMigrations(folder);
  return withClient(databaseUrl, async (client) => {
    await client.query(`SELECT pg_advisory_lock(${prismaLock})`); // released with the connection
    const { applied, pending } = await splitByApplied(client, migrations);
    if (applied.length === 0 && (await takenNames(client, migrations)).length > 0) {
      for (const made of await adopt(client, migrations)) tell(made);
      return migrations.map(({ name }) => name);
    }
    for (const migration of pending) await apply(client, migration, migrations);
    return pending.map(({ name }) => name);
  });
}

/** The names of the migrations that are not applied yet. Changes nothing. @throws as migrate */
export async function pendingMigrations(databaseUrl: string, folder = migrationsFolder()): Promise<string[]> {
  const { pending } = await withClient(databaseUrl, (client) => splitByApplied(client, readMigrations(folder)));
  return pending.map(({ name }) => name);
}

/** How a database differs from the contract. */
export type Verdict = {
  /** `new`: it has nothing of the contract. `foreign`: it has tables of these names, from elsewhere. */
  kind: 'new' | 'foreign' | 'ours';
  /** Names of migrations. */
  pending: string[];
  /** Differences from what the applied migrations made; if none is applied, from what all of them make. */
  findings: Finding[];
  tables: number;
  columns: number;
};

/** Compares what is there with the contract, column by column. Changes nothing. @throws as migrate */
export async function checkDatabase(databaseUrl: string, folder = migrationsFolder()): Promise<Verdict> {
  const migrations = readMigrations(folder);
  return withClient(databaseUrl, async (client) => {
    const { applied, pending } = await splitByApplied(client, migrations);
    const isOurs = applied.length > 0;
    const taken = isOurs ? [] : await takenNames(client, migrations);
    const expected = await expectedOf(client, isOurs ? applied : migrations);
    const tables = [...expected.tables.values()];
    return {
      kind: isOurs ? 'ours' : taken.length > 0 ? 'foreign' : 'new',
      pending: pending.map(({ name }) => name),
      findings: await withObstacles(client, compare(expected, await readActual(client, expected))),
      tables: tables.length,
      columns: tables.reduce((sum, { columns }) => sum + columns.length, 0),
    };
  });
}

/** The key of the lock of Prisma's migrate (https://github.com/prisma/prisma-engines). */
const prismaLock = 72707369;
/** A table was held for too long, or a transaction and the migration waited for each other. */
const collisions = ['55P03', '40P01'];
/** The locks of a migration are taken within seconds when nobody holds a table for long. */
const triesMax = 10;
const pauseMs = 1_000;

/** Tries again when running processes are in the way. */
async function apply(client: Client, migration: Migration, all: readonly Migration[]): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await applyOnce(client, migration, all);
    } catch (error) {
      if (!collisions.includes(databaseProblem(error).code) || tries === triesMax) throw refusalOf(migration, error);
      await sleep(pauseMs);
    }
  }
}

function refusalOf({ name }: Migration, error: unknown): PermanentError {
  const { code } = databaseProblem(error);
  const remedy = lacksMigration(code) ? '' : databaseAway(code).remedy;
  const what = `Migration ${name} was refused and rolled back: ${(error as Error).message}`;
  return new PermanentError(remedy === '' ? what : `${what}. ${remedy}`);
}

/** In one transaction, so a failed migration leaves nothing behind. */
async function applyOnce(client: Client, migration: Migration, all: readonly Migration[]): Promise<void> {
  const names = all.map(({ name }) => name);
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL search_path = ${searchPathOf(migration.name, names)}`); // whatever DATABASE_URL says
    await client.query(migration.sql);
    await recordApplied(client, [migration], names);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {}); // the connection is lost, so PostgreSQL has rolled back
    throw error;
  }
}
