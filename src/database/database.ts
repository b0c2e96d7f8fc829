import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from '../../prisma/generated/client.js';
import { type Instant, instantOf } from '../directory/instant.js';
import { certificateProblem } from '../errors/certificate.js';
import { isBug, isOurs, TransientError } from '../errors/errors.js';
import { searchPath } from './contract/homes.js';

export type Database = PrismaClient;
export type Transaction = Prisma.TransactionClient;
export type JsonObject = Prisma.InputJsonObject;

/** Pieces of statements that several statements share. */
export type Sql = Prisma.Sql;
export const sql = { raw: Prisma.raw, piece: Prisma.sql };
/** Blocks other writers of the row, but not foreign keys that refer to it. */
export const lockRows = Prisma.sql`FOR NO KEY UPDATE`;

/** A statement that takes longer is lost. The longest one we know (1,000 members) takes 0.3 s. */
const statementTimeoutMs = 20_000;
/** A little longer than the statement's timeout: then the connection itself is dead, for example after a failover. */
const silenceTimeoutMs = statementTimeoutMs + 2_000;

/** Longer than the pause between two probes, so that an idle process does not connect for each of them. */
const idleTimeoutMs = 20_000;

export type DatabaseOptions = {
  /** Size of the pool. */
  connections: number;
  /** The longest wait for a connection, new or from the pool. Callers that retry can use a short one. */
  connectTimeoutMs?: number;
};

/** Connects at the first statement. Close it with `$disconnect()`. */
export function connectDatabase(
  connectionString: string,
  { connections, connectTimeoutMs = 3_000 }: DatabaseOptions,
): Database {
  const adapter = new PrismaPg({
    connectionString,
    max: connections,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: silenceTimeoutMs,
    idleTimeoutMillis: idleTimeoutMs,
    keepAlive: true,
    onConnect: prepareConnection,
  });
  return new PrismaClient({
    adapter,
    transactionOptions: { maxWait: statementTimeoutMs, timeout: statementTimeoutMs },
  });
}

/**
 * By a statement, because DATABASE_URL can override connection parameters, and poolers refuse them. A search path of
 * DATABASE_URL comes after ours, so it can't hide our tables. `reset_val`: as the connection began, so that a pooler that
 * hands it to us again makes the path no longer.
 */
function prepareConnection(client: { query(sql: string): Promise<unknown> }): Promise<unknown> {
  return client.query(`
    SET statement_timeout = ${statementTimeoutMs}; SET idle_in_transaction_session_timeout = ${statementTimeoutMs};
    SELECT set_config('search_path', concat_ws(', ', '${searchPath}', NULLIF(reset_val, '')), false)
    FROM pg_settings WHERE name = 'search_path'`);
}

/** The database's clock. All processes share it, so fences are taken from it. */
export async function databaseClock(database: Database | Transaction): Promise<Instant> {
  const [row] = await database.$queryRaw<[{ now: string }]>`
    SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS now`;
  return instantOf(row.now);
}

/**
 * Why a statement failed.
 * - `refused`: these rows can't be written (bad data, a constraint, a limit). Others could.
 * - `collided`: another transaction was in the way. A retry is likely to succeed.
 * - `away`: the failure is not about the rows. The database can't be reached, is starting, or lacks a migration.
 */
export type DatabaseProblem = { kind: 'refused' | 'collided' | 'away'; code: string };

/** `23514, constraint users_status_check`: the code, with the constraint's name where PostgreSQL gives one. */
export function refusalText(error: unknown): string {
  const code = sqlStateOf(error);
  const constraint = code.startsWith('23') ? constraintOf(error) : null;
  return constraint === null ? code : `${code}, ${constraint}`;
}

/**
 * PostgreSQL's message about a constraint (class 23) names the constraint, or the column that may not be null. Values are in
 * another field (DETAIL), which is not read here. A name of another shape than ours is left out, because it may be data.
 */
function constraintOf(error: unknown): string | null {
  const { meta } = error as { meta?: { driverAdapterError?: { cause?: { originalMessage?: string } } } };
  const message = meta?.driverAdapterError?.cause?.originalMessage ?? '';
  const [, constraint] = /\bconstraint "([A-Za-z_]\w{0,62})"/.exec(message) ?? [];
  if (constraint !== undefined) return `constraint ${constraint}`;
  const [, column] = /^null value in column "([A-Za-z_]\w{0,62})"/.exec(message) ?? [];
  return column === undefined ? null : `not-null constraint of ${column}`;
}

export function databaseProblem(error: unknown): DatabaseProblem {
  const code = sqlStateOf(error);
  if (/^(22|54|23502|23514)/.test(code)) return { kind: 'refused', code };
  if (/^(23|40)/.test(code)) return { kind: 'collided', code }; // another transaction added the row first, or deleted it
  return { kind: 'away', code };
}

/** PostgreSQL's code (https://www.postgresql.org/docs/current/errcodes-appendix.html), else Prisma's, else the error's kind. */
function sqlStateOf(error: unknown): string {
  const { meta, code, name, message } = error as {
    message?: string;
    meta?: { driverAdapterError?: { cause?: { originalCode?: string; kind?: string } } };
    code?: string;
    name?: string;
  };
  const cause = meta?.driverAdapterError?.cause;
  return cause?.originalCode ?? cause?.kind ?? code ?? poolProblems.get(message ?? '') ?? name ?? 'unknown';
}

/** The errors of pg and pg-pool have no code. */
const poolProblems = new Map([
  ['timeout exceeded when trying to connect', 'NoFreeConnection'],
  ['Connection terminated due to connection timeout', 'NoAnswerInTime'],
  ['Query read timeout', 'NoAnswerInTime'],
  ['Connection terminated unexpectedly', 'ConnectionLost'],
]);

/** Runs work in the database. A failure of the database becomes a TransientError. Our own errors and bugs pass through. */
export async function withDatabaseErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isOurs(error) || isBug(error)) throw error;
    const { code } = databaseProblem(error);
    if (code.startsWith('23')) throw new TransientError(`The Scanner database refused a row (${refusalText(error)}).`);
    throw databaseAway(code);
  }
}

/** The database is unavailable. Its code often tells the operator what to do. */
export function databaseAway(code: string): TransientError {
  const known = remedies.find(([codes]) => codes.includes(code))?.[1];
  return new TransientError(`The Scanner database did not answer (${code}).`, certificateProblem(code) ?? known);
}

/** Whether the code says that tables or columns are missing, so that a migration is the remedy. */
export function lacksMigration(code: string): boolean {
  return notMigrated.includes(code);
}

const notMigrated = ['42P01', '42703', '42704', '3F000'];

/** Codes of PostgreSQL, of Node's sockets, of Prisma's adapter, and our own (poolProblems). Every process and command uses them. */
const remedies: [codes: string[], remedy: string][] = [
  [notMigrated, 'It lacks a table or a column: run npm run migrate.'],
  [['28000', '28P01'], 'It does not accept our user or its password: check DATABASE_URL.'],
  [['3D000'], 'It does not exist: create it, or check DATABASE_URL.'],
  [['42501'], 'The user lacks a permission: let it read and write the tables that npm run migrate creates.'],
  [['25006'], 'It is read-only, for example a replica: point DATABASE_URL at the primary.'],
  [['53100'], 'Its disk is full: free or add space.'],
  [['53200'], 'Its memory is full: lower work_mem, or add memory.'],
  [['57P01', '57P02', '57P03'], 'It is starting or stopping: wait. If this lasts, see its log.'],
  [
    ['57014', '25P03'],
    'A statement or a transaction took too long: wait. If this lasts, look for locks and slow statements.',
  ],
  [['NoFreeConnection'], 'All connections of this process are busy: wait. If this lasts, look for slow statements.'],
  [['53300'], 'It accepts no more connections: raise max_connections, or use a pooler.'],
  [
    ['DatabaseNotReachable', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
    'Start PostgreSQL, or correct DATABASE_URL: nothing answers at its address.',
  ],
  [
    ['NoAnswerInTime', 'SocketTimeout', 'ETIMEDOUT'],
    'It is too slow, or a firewall is between us: check DATABASE_URL and the load of the server.',
  ],
  [
    ['ConnectionLost', 'ConnectionClosed', 'ECONNRESET', 'EPIPE', '08006', '08P01'],
    'It closed the connection: wait. If this lasts, see its log.',
  ],
];

/**
 * The database's clock, if the database can be used: it can be reached, accepts our user, and has our tables. It locks nothing,
 * so it never waits for a migration. @throws TransientError
 */
export function probedClock(database: Database): Promise<Instant> {
  return withDatabaseErrors(async () => {
    const [row] = await database.$queryRaw<[{ now: string }]>`
      SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS now
      WHERE 'sync_events'::regclass IS NOT NULL`;
    return instantOf(row.now);
  });
}
