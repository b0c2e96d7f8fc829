import type { Config } from '../src/config.js';
import { connectDatabase, type Database } from '../src/database.js';
import { describeFailure } from '../src/failures.js';
import { type RereadTiming, rereadsThrough } from '../src/jobs.js';
import type { Log } from '../src/log.js';
import type { QueueHome } from '../src/queue/backend.js';
import type { ConsumeOptions } from '../src/queue/consume.js';
import { inspectQueues, type QueueInspector } from '../src/queue/inspect.js';
import { connectProducer, type Producer } from '../src/queue/produce.js';
import type { Rereads } from '../src/reconcile/rereads.js';
import { connectStytch, type StytchDirectory } from '../src/stytch.js';

/** What the consumers of one worker process share. */
export type WorkerContext = {
  home: QueueHome;
  database: Database;
  stytch: StytchDirectory;
  rereads: Rereads;
  /** For replays: they are added to the queues, and found there. */
  producer: Producer;
  queues: QueueInspector;
  log: Log;
  consuming: ConsumeOptions;
  close(): Promise<void>;
};

/** @param timing of re-reads; tests that wait for them shorten it */
export function createContext(config: Config, log: Log, timing?: RereadTiming): WorkerContext {
  const home = { redisUrl: config.REDIS_URL, databaseUrl: config.DATABASE_URL };
  const onError = (error: Error) => log.warn({ error: describeFailure(error) }, 'queue connection');
  const database = connectDatabase(config.DATABASE_URL, { connections: 6 });
  const producer = connectProducer(home, onError);
  const queues = inspectQueues(home, onError);
  const { STYTCH_PROJECT_ID: projectId, STYTCH_SECRET: secret, STYTCH_BASE_URL: baseUrl } = config;
  const stytch = connectStytch({ projectId, secret, baseUrl });
  return {
    home,
    database,
    stytch,
    rereads: rereadsThrough(producer, timing),
    ...{ producer, queues },
    log,
    consuming: {
      concurrency: config.WORKER_CONCURRENCY,
      onError,
      onFailed: (attempt) =>
        log.warn(attempt, attempt.final ? 'job failed for good' : 'job failed, will be tried again'),
    },
    close: async () => {
      await Promise.all([producer.close(), queues.close(), stytch.close(), database.$disconnect()]);
    },
  };
}
