import { Redis } from 'ioredis';
import type { Database } from '../../src/database/database.js';
import type { QueueHome } from '../../src/queue/backend.js';

/** Everything that lies in the queue, as text to be searched. */
export async function dumpQueue({ redisUrl }: QueueHome, database: Database): Promise<string> {
  return redisUrl === undefined ? dumpSchema(database, 'bullmq') : dumpRedis(redisUrl);
}

async function dumpSchema(database: Database, schema: string): Promise<string> {
  const [dump] = await database.$queryRaw<
    [{ dump: string }]
  >`SELECT schema_to_xml(${schema}::name, true, false, '')::text AS dump`;
  return dump.dump;
}

async function dumpRedis(url: string): Promise<string> {
  const redis = new Redis(url, { disconnectTimeout: 10 });
  const parts: unknown[] = [];
  for await (const keys of redis.scanStream({ count: 1000 }) as AsyncIterable<string[]>) {
    for (const key of keys) parts.push(key, await contentOf(redis, key, await redis.type(key)));
  }
  redis.disconnect();
  return JSON.stringify(parts);
}

function contentOf(redis: Redis, key: string, type: string): Promise<unknown> {
  if (type === 'hash') return redis.hgetall(key);
  if (type === 'list') return redis.lrange(key, 0, -1);
  if (type === 'set') return redis.smembers(key);
  if (type === 'zset') return redis.zrange(key, '0', '-1');
  if (type === 'stream') return redis.xrange(key, '-', '+');
  return redis.get(key);
}
