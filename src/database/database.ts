import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from '../../prisma/generated/client.js';
import { type Instant, instantOf } from '../directory/instant.js';
import { certificateProblem } from '../errors/certificate.js';
import { TransientError } from '../errors/errors.js';

export type Database = PrismaClient;
export type Transaction = Prisma.TransactionClient;
export type JsonObject = Prisma.InputJsonObject;

/** Pieces of statements that several have in common. */
export type Sql = Prisma.Sql;
export const sql = { raw: Prisma.raw, piece: Prisma.sql };
/** Against other writers of the row, not against those who refer to it. */
export const lockRows = Prisma.sql`FOR NO KEY UPDATE`;

/** A statement that hangs this long is lost; the longest we know (1,000 members) takes 0.3 s. */
const statementTimeoutMs = 20_000;
/** A little longer: then it is not the statement but the connection that is lost, and nobody was told (a failover, a router). */
const silenceTimeoutMs = statementTimeoutMs + 2_000;

export type DatabaseOptions = {
  /** At most, at the same time. */
  connections: number;
  /** To be connected, and to wait for a connection that is in use; programs that try again by themselves need not be patient. */
  connectTimeoutMs?: number;
};

/** Opens lazily. Close with `$disconnect()`. */
export function connectDatabase(
  connectionString: string,
  { connections, connectTimeoutMs = 3_000 }: DatabaseOptions,
): Database {
  const adapter = new PrismaPg({
    connectionString,
    max: connections,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: silenceTimeoutMs,
    keepAlive: true,
    onConnect: limitStatements,
  });
  return new PrismaClient({
    adapter,
    transactionOptions: { maxWait: statementTimeoutMs, timeout: statementTimeoutMs },
  });
}

/** Not by parameters of the connection: those in DATABASE_URL would replace them, and poolers refuse them. */
function limitStatements(client: { query(sql: string): Promise<unknown> }): Promise<unknown> {
  return client.query(
    `SET statement_timeout = ${statementTimeoutMs}; SET idle_in_transaction_session_timeout = ${statementTimeoutMs}`,
  );
}

/** The database's clock: the one clock that all processes share, so the fence is taken from it. */
export async function databaseClock(database: Database | Transaction): Promise<Instant> {
  const [row] = await database.$queryRaw<[{ now: string }]>`
    SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS now`;
  return instantOf(row.now);
}

/**
 * Why PostgreSQL did not do it.
 * - `refused`: these very rows can't be written (bad data, a constraint, a limit); others could.
 * - `collided`: another transaction was in the way; the same again is likely to work.
 * - `away`: nothing can be said about the rows; the database can't be reached, is starting, or lacks a migration.
 */
export type DatabaseProblem = { kind: 'refused' | 'collided' | 'away'; code: string };

export function databaseProblem(error: unknown): DatabaseProblem {
  const code = sqlStateOf(error);
  if (/^(22|54|23502|23514)/.test(code)) return { kind: 'refused', code };
  if (/^(23|40)/.test(code)) return { kind: 'collided', code }; // somebody else's row came first, or is gone
  return { kind: 'away', code };
}

/** PostgreSQL's code (https://www.postgresql.org/docs/current/errcodes-appendix.html), else Prisma's, else the kind. */
function sqlStateOf(error: unknown): string {
  const { meta, code, name } = error as {
    meta?: { driverAdapterError?: { cause?: { originalCode?: string; kind?: string } } };
    code?: string;
    name?: string;
  };
  const cause = meta?.driverAdapterError?.cause;
  return cause?.originalCode ?? cause?.kind ?? code ?? name ?? 'unknown';
}

/** Runs a read; when the database is away, says so in words that may be told. What was told already stays as it is. */
export async function withDatabaseErrors<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof TransientError) throw error;
    const { code } = databaseProblem(error);
    throw databaseAway(code);
  }
}

/** Nothing is known of its rows; its code often says more than that it is away. */
export function databaseAway(code: string): TransientError {
  const known = remedies.find(([codes]) => codes.includes(code))?.[1];
  return new TransientError(`The Scanner database did not answer (${code}).`, certificateProblem(code) ?? known);
}

const remedies: [codes: string[], remedy: string][] = [
  [['42P01', '42703', '42704', '3F000'], 'It lacks a table or a column: run npm run migrate.'],
  [['28000', '28P01'], 'It does not accept our user or its password: check DATABASE_URL.'],
  [['3D000'], 'It does not exist: create it, or check DATABASE_URL.'],
  [['42501'], 'It does not let our user do this: let it read and write what npm run migrate makes.'],
  [['25006'], 'It is read-only, a replica for example: point DATABASE_URL at the primary.'],
  [['53100'], 'Its disk is full: free or add space.'],
  [['57P03'], 'It is starting or stopping: wait, and see its log if it stays so.'],
  [['53300'], 'It takes no more connections: raise max_connections, or put a pooler before it.'],
];
