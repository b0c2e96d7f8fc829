import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './ports.js';

/** A Redis of our own on 127.0.0.1, with the settings that production needs: nothing is evicted, everything is logged to disk. */
export type LocalRedis = {
  folder: string;
  port: number;
  url: string;
  pid(): number;
  stop(): Promise<void>;
  /** As a crash would: what was not on disk yet is gone. */
  kill(): Promise<void>;
  start(): Promise<void>;
};

export function hasRedisServer(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

/** Starts `redis-server` from the PATH; ends the one that a killed run left in the same folder. */
export async function startRedis(options: {
  folder: string;
  port?: number;
  fresh?: boolean;
  settings?: Record<string, string>;
}): Promise<LocalRedis> {
  await endLeftOver(options.folder);
  if (options.fresh) rmSync(options.folder, { recursive: true, force: true });
  mkdirSync(options.folder, { recursive: true });
  const port = options.port ?? (await freePort());
  let child = await launch(options.folder, port, options.settings);
  return {
    folder: options.folder,
    port,
    url: `redis://127.0.0.1:${port}`,
    pid: () => child,
    stop: () => shutDown(port),
    kill: async () => {
      process.kill(child, 'SIGKILL');
      await gone(port);
    },
    start: async () => {
      child = await launch(options.folder, port, options.settings);
    },
  };
}

async function launch(folder: string, port: number, more: Record<string, string> = {}): Promise<number> {
  const settings = {
    ...{ port, bind: '127.0.0.1', dir: folder, pidfile: join(folder, 'redis.pid') },
    ...{ appendonly: 'yes', save: '', 'maxmemory-policy': 'noeviction' },
    ...more,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn('redis-server', args, { stdio: 'ignore', detached: true }); // Ctrl-C is ours to handle
  child.unref();
  writeFileSync(join(folder, 'port'), String(port));
  await answering(port);
  return child.pid ?? 0;
}

async function endLeftOver(folder: string): Promise<void> {
  const file = join(folder, 'port');
  if (!existsSync(file)) return;
  const port = Number(readFileSync(file, 'utf8'));
  const isOurs = (await withRedis(port, async (redis) => (await redis.config('GET', 'dir')) as string[]))?.includes(
    folder,
  );
  if (isOurs) await shutDown(port); // somebody else's Redis may have the port by now
}

async function shutDown(port: number): Promise<void> {
  await withRedis(port, (redis) => redis.shutdown());
}

/** Undefined when nobody answers; a server that shuts down does not. */
async function withRedis<T>(port: number, use: (redis: Redis) => Promise<T>): Promise<T | undefined> {
  const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => null, lazyConnect: true, disconnectTimeout: 10 });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return await use(redis);
  } catch {
    return undefined;
  } finally {
    redis.disconnect();
  }
}

/** Resolves when nobody answers on the port any more. */
async function gone(port: number): Promise<void> {
  while ((await withRedis(port, (redis) => redis.ping())) !== undefined) await sleep(10);
}

async function answering(port: number): Promise<void> {
  const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: 100 });
  redis.on('error', () => {});
  try {
    await redis.ping(); // waits until Redis has loaded its log
  } finally {
    redis.disconnect();
  }
}
