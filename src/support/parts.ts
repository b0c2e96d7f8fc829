import type { Config } from '../config/config.js';
import { connectDatabase } from '../database/database.js';
import { allowedSearchLagMs } from '../directory/search-lag.js';
import { describeFailure } from '../errors/errors.js';
import type { Log } from '../log/log.js';
import { createMemory } from '../process/memory-budget.js';
import { inspectQueues } from '../queue/inspect.js';
import { rereadsThrough } from '../queue/jobs.js';
import { connectProducer } from '../queue/produce.js';
import type { ReplayParts } from '../replay/parts.js';
import { withBackoff } from '../stytch/backoff.js';
import type { StytchOptions } from '../stytch/client.js';
import { connectStytch } from '../stytch/directory.js';
import { connectLookups, type StytchLookups } from '../stytch/lookups.js';
import { withSearchBudget } from '../stytch/search-budget.js';
import { memberReader } from '../sync/members/read-members.js';

/** What support's functions need. The command line and the console have the same. */
export type SupportParts = ReplayParts & {
  lookups: StytchLookups;
  slaSeconds: number;
};

/** A person waits for the answer, and nothing retries for them. */
const deadlineMs = 10_000;
/** Few people use it at a time, and each process counts against the server's max_connections. */
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
  const stytch = withBackoff(withSearchBudget(connectStytch(stytchOptions(config)), database, budget));
  const memory = createMemory();
  const lookups = connectLookups(stytchOptions(config));
  const queues = inspectQueues(home, onError);
  const producer = connectProducer(home, onError);
  return {
    ...{
      database,
      stytch,
      lookups,
      queues,
      producer,
      searchLagMs: allowedSearchLagMs,
      slaSeconds: config.SLA_SECONDS,
    },
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
