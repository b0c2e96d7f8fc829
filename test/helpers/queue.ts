import { createPostgresBackend, Queue, UnrecoverableError, Worker } from 'bullmq';
import { migrateQueue, type QueueHome, type QueueName } from '../../src/queue/backend.js';
import { hasRedisServer, type LocalRedis, startRedis } from '../local/redis.js';
import { temporaryFolder } from './folders.js';

/** The backends that this machine can test. */
export const backends = hasRedisServer() ? (['redis', 'postgres'] as const) : (['postgres'] as const);
export type BackendName = (typeof backends)[number];

export function startTestRedis(): Promise<LocalRedis> {
  return startRedis({ folder: temporaryFolder('redis') });
}

/** A queue of its own for a test: a Redis server, or the bullmq schema in the test's database. */
export async function startTestQueue(
  backend: BackendName,
  databaseUrl: string,
): Promise<{
  home: QueueHome;
  env: Record<string, string | undefined>;
  redis: LocalRedis | null;
  stop(): Promise<void>;
}> {
  const redis = backend === 'redis' ? await startTestRedis() : null;
  const home = { redisUrl: redis?.url, databaseUrl };
  await migrateQueue(home);
  const env = { DATABASE_URL: databaseUrl, REDIS_URL: redis?.url };
  return { home, env, redis, stop: async () => redis?.stop() };
}

/** A queue by BullMQ itself, from outside. Whoever opens it closes it. */
export function openQueue(home: QueueHome, name: QueueName): Queue {
  return (home.redisUrl === undefined
    ? new Queue(name, { connection: { connectionString: home.databaseUrl } }, createPostgresBackend)
    : new Queue(name, { connection: { url: home.redisUrl }, prefix: '{scim}' })) as unknown as Queue;
}

/** Looks into a queue. */
export async function inspectQueue<T>(
  home: QueueHome,
  name: QueueName,
  look: (queue: Queue) => Promise<T>,
): Promise<T> {
  const queue = openQueue(home, name);
  try {
    return await look(queue);
  } finally {
    await queue.close();
  }
}

/** Fails each job of a queue for good, quickly; until it is closed. */
export function refuseAll(
  home: QueueHome,
  name: QueueName,
  reason = 'refused by the test',
): { close(): Promise<void> } {
  const refuse = () => Promise.reject(new UnrecoverableError(reason));
  const concurrency = 500;
  if (home.redisUrl === undefined) {
    const connection = { connectionString: home.databaseUrl };
    return new Worker(name, refuse, { concurrency, connection }, createPostgresBackend);
  }
  const connection = { url: home.redisUrl, maxRetriesPerRequest: null };
  return new Worker(name, refuse, { concurrency, connection, prefix: '{scim}' });
}
