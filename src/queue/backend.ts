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
import { slowRefusals } from './slow-refusals.js';
import { jobLost, postgresAway, redisAway } from './store-problem.js';

/**
 * `leavers` overtake everything because nothing else is in their queue; `rereads` are second looks at members, `sweeps`
 * whole teams, and `replays` the steps in which support has failed jobs tried again.
 */
export const queueNames = ['leavers', 'hints', 'rereads', 'sweeps', 'replays'] as const;
export type QueueName = (typeof queueNames)[number];

/**
 * Redis where there is one, else BullMQ's own backend on PostgreSQL (a sixth of the speed, and nothing to install).
 * With `tracing` its jobs carry the trace that they belong to.
 */
export type QueueHome = { redisUrl?: string | undefined; databaseUrl: string; tracing?: QueueTracing | undefined };
export type QueueTracing = Telemetry;

/** BullMQ on one of its two backends; what differs between them ends here. */
export type Backend = {
  queue(name: QueueName, listeners: Listeners): OpenQueue;
  worker(
    name: QueueName,
    processor: Processor,
    options: WorkerSettings,
    listeners: Listeners & FailureListener,
  ): OpenWorker;
  /** Resolves when a write was taken, of which nothing stays. */
  trialWrite(): Promise<unknown>;
  /** Why the queue did not do something, in words that may be told; null when the error says nothing of it. */
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
/** Of a stored job, what support looks at; and trying it again. */
export type BackendJob = Pick<
  Job,
  'id' | 'name' | 'data' | 'opts' | 'timestamp' | 'attemptsMade' | 'failedReason' | 'stacktrace' | 'returnvalue'
> & {
  processedOn?: number | null;
  finishedOn?: number | null;
  getState(): Promise<string>;
  updateData(data: object): Promise<void>;
  retry(state: 'failed' | 'completed', options: { resetAttemptsMade: boolean }): Promise<void>;
};
export type OpenWorker = { close(): Promise<void> };
type WorkerSettings = Omit<WorkerOptions, 'connection'>;
type Listeners = { onError: (error: Error) => void };
type FailureListener = { onFailed: (job: Job | undefined, error: Error) => void };

/** All keys of our queues in one hash slot of a Redis Cluster: BullMQ's scripts touch several at once. */
export const prefix = '{scim}';
/** BullMQ notes each step of each job in a stream that nobody reads here: its default of 10,000 entries is memory lost. */
const eventsMax = 1000;
const streams = { events: { maxLen: eventsMax } };
const connectTimeoutMs = 3_000;
/** A connection on which nothing comes back for this long is dead, though nobody may have told us. */
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
      new Queue(name, { connection, prefix, streams, ...traced }).on('error', told(inWords, onError)),
    worker: (name, processor, settings, { onError, onFailed }) => {
      const worker = new Worker(name, processor, { ...settings, connection, prefix, ...traced });
      slowRefusals(worker);
      return worker.on('error', told(inWords, onError)).on('failed', onFailed);
    },
    // Refused for whatever reason any write is; does nothing where it is not, so nothing is logged to disk or replicated.
    trialWrite: () => connection.set(`${prefix}:trial`, '1', 'XX'),
    inWords,
    disconnect: async () => disconnect(),
  };
}

/** One small pool for all that one side needs: every process counts against the server's max_connections. */
const connectionsMax = 5;

function openPostgres(connectionString: string, tracing: QueueTracing | undefined): Backend {
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const limits = {
    max: connectionsMax,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: silenceTimeoutMs,
    keepAlive: true,
  };
  // Not by `options` of the connection: those in DATABASE_URL would replace them, and poolers refuse them.
  const onConnect = (client: pg.ClientBase) => client.query(`SET search_path = ${DEFAULT_SCHEMA}`);
  const pool = new pg.Pool({ connectionString, onConnect, ...limits });
  // Lent out, a connection has no listener of the pool's, and one that breaks would end the process; its query fails anyway.
  pool.on('connect', (client) => client.on('error', () => {}));
  const connection = pool as unknown as PgPool; // BullMQ's own, narrower words for the same thing
  const traced = tracing === undefined ? {} : { telemetry: tracing };
  return {
    queue: (name, { onError }) =>
      new Queue(name, { connection, streams, ...traced }).on('error', told(postgresAway, onError)),
    worker: (name, processor, settings, { onError, onFailed }) => {
      const worker = new Worker(name, processor, { ...settings, connection, ...traced });
      slowRefusals(worker);
      return worker.on('error', told(postgresAway, onError)).on('failed', onFailed);
    },
    trialWrite: () => pool.query(insertAndUndo),
    inWords: postgresAway,
    disconnect: () => pool.end(),
  };
}

/** One statement, so that no connection is left in a transaction that failed. */
const insertAndUndo = `DO $$ BEGIN
  INSERT INTO meta (queue, field) VALUES ('trial', gen_random_uuid());
  RAISE SQLSTATE 'TRIAL';
EXCEPTION WHEN SQLSTATE 'TRIAL' THEN NULL;
END $$`;

/** What BullMQ reports, in our words where we have some. */
function told(inWords: Backend['inWords'], onError: Listeners['onError']): Listeners['onError'] {
  return (error) => onError(inWords(error) ?? jobLost(error) ?? error);
}

/** Makes or updates the tables of the PostgreSQL backend (schema `bullmq`); Redis needs nothing. */
export async function migrateQueue({ redisUrl, databaseUrl }: QueueHome): Promise<void> {
  if (redisUrl !== undefined) return;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  try {
    await runMigrations(pool);
  } finally {
    await pool.end();
  }
}
