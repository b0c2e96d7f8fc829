import { rmSync } from 'node:fs';
import { Redis } from 'ioredis';
import type { LocalRedis } from '../local/redis.js';
import { eventually } from './eventually.js';

export const password = 'a/b';

/** Asks Redis from outside, once. */
export async function askRedis(
  { port }: { port: number },
  ...[command = 'PING', ...words]: string[]
): Promise<unknown> {
  const redis = new Redis({
    ...{ port, host: '127.0.0.1', password, disconnectTimeout: 10 },
    ...{ retryStrategy: () => null, maxRetriesPerRequest: 0, enableReadyCheck: false },
  });
  redis.on('error', () => {});
  try {
    return await redis.call(command, ...words);
  } finally {
    redis.disconnect();
  }
}

/** Ways in which a living Redis refuses writes, each with its way out. */
export type Trouble = {
  word: string;
  begin(redis: LocalRedis): Promise<unknown>;
  end(redis: LocalRedis): Promise<unknown>;
};

export const refusals: Trouble[] = [
  {
    word: 'OOM',
    begin: (redis) => askRedis(redis, 'CONFIG', 'SET', 'maxmemory', '1'),
    end: (redis) => askRedis(redis, 'CONFIG', 'SET', 'maxmemory', '0'),
  },
  {
    word: 'NOREPLICAS',
    begin: (redis) => askRedis(redis, 'CONFIG', 'SET', 'min-replicas-to-write', '1'),
    end: (redis) => askRedis(redis, 'CONFIG', 'SET', 'min-replicas-to-write', '0'),
  },
  {
    word: 'READONLY',
    begin: (redis) => askRedis(redis, 'REPLICAOF', '127.0.0.1', '1'),
    end: (redis) => askRedis(redis, 'REPLICAOF', 'NO', 'ONE'),
  },
  {
    word: 'MISCONF',
    begin: async (redis) => {
      await askRedis(redis, 'CONFIG', 'SET', 'appendonly', 'no');
      await askRedis(redis, 'CONFIG', 'SET', 'save', '3600 1');
      rmSync(redis.folder, { recursive: true });
      await eventually(async () => {
        await askRedis(redis, 'BGSAVE').catch(() => {}); // one is under way
        return String(await askRedis(redis, 'INFO', 'persistence')).includes('rdb_last_bgsave_status:err');
      });
    },
    end: (redis) => askRedis(redis, 'CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no'),
  },
];
