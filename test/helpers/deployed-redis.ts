import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../local/ports.js';
import { eventually } from './eventually.js';
import { temporaryFolder } from './folders.js';

/** A Redis started as deploy/compose.yaml starts it: its file, the users of make-secrets.sh. */
export type DeployedRedis = {
  url: string;
  ask(...words: string[]): Promise<unknown>;
  askAsStranger(...words: string[]): Promise<unknown>;
  stop(): Promise<void>;
};

export async function startDeployedRedis(): Promise<DeployedRedis> {
  const folder = temporaryFolder('deployed-redis');
  makeSecrets(folder);
  const port = await freePort();
  const settings = { dir: folder, aclfile: join(folder, 'redis_users'), port, bind: '127.0.0.1' };
  const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn('redis-server', [resolve('deploy/redis.conf'), ...words], { stdio: 'ignore' });
  const url = new URL(readFileSync(join(folder, 'redis_url'), 'utf8').trim());
  url.host = `127.0.0.1:${port}`;
  const ask = (...words: string[]) => askRedis(url.href, words);
  await eventually(() => ask('PING'), 30_000);
  const stop = async () => {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  };
  return { url: url.href, ask, askAsStranger: (...words) => askRedis(`redis://127.0.0.1:${port}`, words), stop };
}

/** @returns what the script says */
export function makeSecrets(folder: string): string {
  return execFileSync('sh', ['deploy/make-secrets.sh', folder], { encoding: 'utf8' });
}

async function askRedis(url: string, [command = 'PING', ...words]: string[]): Promise<unknown> {
  const redis = new Redis(url, { retryStrategy: () => null, maxRetriesPerRequest: 0, enableReadyCheck: false });
  redis.on('error', () => {});
  try {
    return await redis.call(command, ...words);
  } finally {
    redis.disconnect();
  }
}
