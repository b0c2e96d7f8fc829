import type { Config } from '../config.js';
import { connectDatabase, type Database } from '../database.js';
import { allowedSearchLagMs } from '../directory/search-lag.js';
import { describeFailure } from '../failures.js';
import { rereadsThrough } from '../jobs.js';
import type { Log } from '../log.js';
import { createMemory, type Memory } from '../memory.js';
import { inspectQueues, type QueueInspector } from '../queue/inspect.js';
import { connectProducer, type Producer } from '../queue/produce.js';
import { patient } from '../reconcile/patience.js';
import { memberReader, type ReadMembers } from '../reconcile/read-members.js';
import type { Rereads } from '../reconcile/rereads.js';
import { withSearchBudget } from '../reconcile/search-budget.js';
import { connectStytch, type StytchDirectory, type StytchOptions } from '../stytch.js';
import { connectLookups, type StytchLookups } from '../stytch-lookups.js';

/** What support's functions work with: the same for the command line and the console. */
export type SupportParts = {
  database: Database;
  stytch: StytchDirectory;
  readMembers: ReadMembers;
  lookups: StytchLookups;
  queues: QueueInspector;
  producer: Producer;
  rereads: Rereads;
  /** How far a search of Stytch's may be behind. */
  searchLagMs: number;
  memory: Memory;
  /** Whether a dry run may read whole teams: only in a process that has nothing else to do. */
  previewsTeams: boolean;
  slaSeconds: number;
};

/** A person waits for the answer, and nothing tries again for them. */
const deadlineMs = 10_000;
/** Few people use it at a time; every process counts against the server's max_connections. */
const connectionsMax = 4;

export function connectSupport(
  config: Config,
  log: Log,
  { previewsTeams }: { previewsTeams: boolean },
): SupportParts & { close(): Promise<void> } {
  const home = { redisUrl: config.REDIS_URL, databaseUrl: config.DATABASE_URL };
  const onError = (error: Error) => log.debug({ error: describeFailure(error) }, 'queue connection');
  const database = connectDatabase(config.DATABASE_URL, { connections: connectionsMax, connectTimeoutMs: deadlineMs });
  const budget = { perMinute: config.STYTCH_SEARCHES_PER_MINUTE, urgency: 'hint' as const };
  const stytch = patient(withSearchBudget(connectStytch(stytchOptions(config)), database, budget));
  const memory = createMemory();
  const lookups = connectLookups(stytchOptions(config));
  const queues = inspectQueues(home, onError);
  const producer = connectProducer(home, onError);
  return {
    ...{ database, stytch, lookups, queues, producer, searchLagMs: allowedSearchLagMs, slaSeconds: config.SLA_SECONDS },
    ...{ memory, previewsTeams },
    readMembers: memberReader(stytch, { deadlineMs, memory }).readMembers,
    rereads: rereadsThrough(producer),
    close: async () => {
      await Promise.all([queues.close(), producer.close(), database.$disconnect()]);
    },
  };
}

export function stytchOptions(config: Config): StytchOptions {
  const { STYTCH_PROJECT_ID: projectId, STYTCH_SECRET: secret, STYTCH_BASE_URL: baseUrl } = config;
  return { projectId, secret, baseUrl };
}
