import {
  createPostgresBackend,
  DEFAULT_SCHEMA,
  type Job,
  type JobsOptions,
  type JobType,
  type PgPool,
  type Processor,
  Queue,
  runMigrations,
  type Telemetry,
  Worker,
  type WorkerOptions,
  withBackend,
} from 'bullmq';
import pg from 'pg';
import type { TransientError } from '../errors/errors.js';
import { connectRedis, disconnectWithCopies, type ReconnectListener, type RedisTuning } from './redis.js';
import { memoryIn, type StoreMemory } from './redis-info.js';
import { skipIdleChecks } from './skip-idle-checks.js';
import { slowRefusals } from './slow-refusals.js';
import { jobLost, postgresAway, redisAway } from './store-problem.js';

/**
 * `leavers` have a queue of their own, so no backlog delays them. `rereads` holds rechecks of members, `sweeps` whole teams,
 * and `replays` the steps in which support's replays run.
 */
export const queueNames = ['leavers', 'hints', 'rereads', 'sweeps', 'replays'] as const;
export type QueueName = (typeof queueNames)[number];

/**
 * Where the queue is: in Redis, or without `redisUrl` in BullMQ's own backend on PostgreSQL (a sixth of the speed, nothing to
 * install). With `tracing`, jobs carry their trace.
 */
export type QueueHome = { redisUrl?: string | undefined; databaseUrl: string; tracing?: QueueTracing | undefined };
export type QueueTracing = Telemetry;

/** BullMQ on one of its two backends. Their differences stay in this file. */
export type Backend = {
  queue(name: QueueName, listeners: Listeners): OpenQueue;
  worker(
    name: QueueName,
    processor: Processor,
    options: WorkerSettings,
    listeners: Listeners & FailureListener,
  ): OpenWorker;
  /** Resolves when the queue accepts a write. Leaves nothing behind. */
  trialWrite(): Promise<unknown>;
  /** The memory of the Redis node that has our keys. Null when the queue is in PostgreSQL. */
  memory(): Promise<StoreMemory | null>;
  /** Our own error for a failure of the queue. Null when the error is not about the queue. */
  inWords(error: unknown): TransientError | null;
  disconnect(): Promise<void>;
};

export type OpenQueue = {
  add(name: string, data: object, options: JobsOptions): Promise<unknown>;
  addBulk(jobs: { name: string; data: object; opts: JobsOptions }[]): Promise<unknown>;
  getJobCounts(...states: JobType[]): Promise<Record<string, number>>;
  getJobState(id: string): Promise<string>;
  promoteJobs(options: { count: number }): Promise<void>;
  getRanges(states: JobType[], start: number, end: number, oldestFirst: boolean): Promise<string[]>;
  getJob(id: string): Promise<BackendJob | undefined>;
  getJobs(states: JobType[], start: number, end: number, oldestFirst: boolean): Promise<(Job | undefined)[]>;
  close(): Promise<void>;
};
/** The parts of a stored job that support needs. */
export type BackendJob = Pick<
  Job,
  'id' | 'name' | 'data' | 'opts' | 'timestamp' | 'attemptsMade' | 'failedReason' | 'stacktrace' | 'returnvalue'
> & {
  processedOn?: number | null;
  finishedOn?: number | null;
  getState(): Promise<string>;
  updateData(data: object): Promise<void>;
  remove(): Promise<void>;
  retry(state: 'failed' | 'completed', options: { resetAttemptsMade: boolean }): Promise<void>;
};
export type OpenWorker = { close(): Promise<void> };
type WorkerSettings = Omit<WorkerOptions, 'connection'>;
type Listeners = { onError: (error: Error) => void };
type FailureListener = { onFailed: (job: Job | undefined, error: Error) => void };

/** Puts all our keys into one hash slot of a Redis Cluster, because BullMQ's scripts use several keys at once. */
export const prefix = '{scim}';
/** BullMQ writes each step of each job to a stream that we do not read. Its default of 10,000 entries wastes memory. */
const eventsMax = 1000;
const streams = { events: { maxLen: eventsMax } };
/**
 * Seconds for which a worker waits before it asks Redis again. A new job ends the wait at once. Less than the silence after
 * which a connection counts as dead (redis.ts).
 */
const drainDelay = 10;
const connectTimeoutMs = 3_000;
/** A connection without an answer for this long is dead, even if no error was reported. */
const silenceTimeoutMs = 15_000;

export function openBackend(
  { redisUrl, databaseUrl, tracing }: QueueHome,
  tuning: RedisTuning,
  onReconnect: ReconnectListener = () => {},
): Backend {
  return redisUrl === undefined
    ? openPostgres(databaseUrl, tracing)
    : openRedis(redisUrl, tuning, tracing, onReconnect);
}

function openRedis(
  urls: string,
  tuning: RedisTuning,
  tracing: QueueTracing | undefined,
  onReconnect: ReconnectListener,
): Backend {
  const connection = connectRedis(urls, tuning, onReconnect);
  const disconnect = disconnectWithCopies(connection);
  let lost: unknown = null;
  connection.on('ready', () => {
    lost = null;
  });
  connection.on('error', (error) => {
    lost = error;
  });
  const inWords = (error: unknown) => redisAway(error, lost);
  const traced = tracing === undefined ? {} : { telemetry: tracing };
  return {
    queue: (name, { onError }) =>
      new Queue(name, { connection, prefix, streams, ...traced }).on('error', translated(inWords, onError)),
    worker: (name, processor, settings, { onError, onFailed }) => {
      const worker = new Worker(name, processor, { ...settings, drainDelay, connection, prefix, ...traced });
      slowRefusals(worker);
      skipIdleChecks(worker);
      return worker.on('error', translated(inWords, onError)).on('failed', onFailed);
    },
    // Fails whenever any write fails. Changes nothing (XX), so nothing is written to disk or replicated.
    trialWrite: () => connection.set(`${prefix}:trial`, '1', 'XX'),
    // By a script with a key of ours, because only so a cluster asks the node that has our keys.
    memory: async () => memoryIn(String(await connection.eval(infoMemory, 1, `${prefix}:trial`))),
    inWords,
    disconnect: async () => disconnect(),
  };
}

/** One small pool for a producer or a worker. Every process counts against the server's max_connections. */
const connectionsMax = 5;

function openPostgres(connectionString: string, tracing: QueueTracing | undefined): Backend {
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const limits = {
    max: connectionsMax,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: silenceTimeoutMs,
    keepAlive: true,
  };
  // By a statement, because DATABASE_URL can override connection options, and poolers refuse them.
  const onConnect = (client: pg.ClientBase) => client.query(`SET search_path = ${DEFAULT_SCHEMA}`);
  const pool = new pg.Pool({ connectionString, onConnect, ...limits });
  // A connection in use has no error listener of the pool. Without this one, a lost connection would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  const connection = pool as unknown as PgPool; // BullMQ's own, narrower type
  const traced = tracing === undefined ? {} : { telemetry: tracing };
  return {
    queue: (name, { onError }) =>
      new Queue(name, { connection, streams, ...traced }).on('error', translated(postgresAway, onError)),
    worker: (name, processor, settings, { onError, onFailed }) => {
      const worker = new Worker(name, processor, { ...settings, connection, ...traced });
      slowRefusals(worker);
      return worker.on('error', translated(postgresAway, onError)).on('failed', onFailed);
    },
    trialWrite: () => pool.query(insertAndUndo),
    memory: async () => null,
    inWords: postgresAway,
    disconnect: () => pool.end(),
  };
}

const infoMemory = "return redis.call('INFO', 'memory')";

/** One statement, so that no connection stays in a failed transaction. */
const insertAndUndo = `DO $$ BEGIN
  INSERT INTO meta (queue, field) VALUES ('trial', gen_random_uuid());
  RAISE SQLSTATE 'TRIAL';
EXCEPTION WHEN SQLSTATE 'TRIAL' THEN NULL;
END $$`;

/** Translates BullMQ's errors into ours where possible. */
function translated(inWords: Backend['inWords'], onError: Listeners['onError']): Listeners['onError'] {
  return (error) => onError(inWords(error) ?? jobLost(error) ?? error);
}

/** Creates or updates the tables of the PostgreSQL backend (schema `bullmq`). Redis needs none. */
export async function migrateQueue({ redisUrl, databaseUrl }: QueueHome): Promise<void> {
  if (redisUrl !== undefined) return;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  try {
    await runMigrations(pool);
  } catch (error) {
    throw postgresAway(error) ?? error;
  } finally {
    await pool.end();
  }
}
