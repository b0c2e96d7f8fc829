import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { connectDatabase, type Database } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrations.js';
import { testEnv } from '../helpers/config.js';
import { projectId } from '../helpers/webhook.js';
import { startPostgres } from '../local/postgres.js';
import { startRedis } from '../local/redis.js';
import { type Child, cpuSecondsOf, cpuSecondsOfTree, startHelper, startProduction } from './child.js';

/** Everything a scenario runs on, fresh: a database, an empty Redis and a Stytch with its real latency and limit. */
export type Bench = {
  database: Database;
  databaseUrl: string;
  redisUrl: string;
  stytch: Child;
  stytchAccess: { projectId: string; secret: string; url: string };
  env: Record<string, string | undefined>;
  /** A team in Scanner for an organization. @returns its id */
  team(organizationId: string | null, roles?: string[]): Promise<string>;
  server(port: number, options?: ServerOptions): Child;
  worker(env?: Record<string, string>): Child;
  helper: typeof startHelper;
  /** Of all processes of this project that a scenario has started. */
  peaks(): { worker: number; server: number };
  cpuSeconds(): CpuSeconds;
  /** The logs of PostgreSQL, and of the workers and receivers. */
  logs: { postgres: string; processes: string };
  stop(): Promise<void>;
};

export type ServerOptions = { cpu?: number; env?: Record<string, string> };

export type CpuSeconds = Record<'worker' | 'receiver' | 'redis' | 'postgres', number>;

export type Machine = { bench(): Promise<Bench>; stop(): Promise<void> };

const secret = 'secret-test';
export const stytchLatencyMs = 150;
export const searchesPerMinute = 100;

/**
 * PostgreSQL with its defaults: what is committed is on the disk, as in production.
 * @param options.profiles a folder: workers and receivers are profiled, and leave their `.cpuprofile` there
 */
export async function startMachine(options: { profiles?: string } = {}): Promise<Machine> {
  const folder = resolve('.local/bench');
  const postgres = await startPostgres({
    folder: join(folder, 'postgres'),
    fresh: true,
    settings: { shared_buffers: '512MB', max_wal_size: '4GB' },
  });
  let count = 0;
  return {
    bench: () => {
      const databaseUrl = postgres.url(`bench_${++count}`);
      const cpuOfPostgres = () => cpuSecondsOfTree(postgres.pid());
      return startBench(postgres.url(), databaseUrl, {
        ...options,
        cpuOfPostgres,
        postgresLog: postgres.logFile,
        folder: join(folder, `run-${count}`),
      });
    },
    stop: () => postgres.stop(),
  };
}

type BenchOptions = { folder: string; cpuOfPostgres: () => number; postgresLog: string; profiles?: string };

async function startBench(
  serverUrl: string,
  databaseUrl: string,
  { folder, cpuOfPostgres, postgresLog, ...profiling }: BenchOptions,
): Promise<Bench> {
  rmSync(folder, { recursive: true, force: true });
  await createDatabase(serverUrl, databaseUrl);
  await migrate(databaseUrl);
  const database = connectDatabase(databaseUrl, { connections: 3 });
  const redis = await startRedis({ folder: join(folder, 'redis'), fresh: true });
  const stytch = startHelper('stytch-process.js');
  const url = await stytch.call<string>('start', { projectId, secret });
  await stytch.call('faults', { latencyMs: stytchLatencyMs, searchesPerMinute });
  const env = testEnv({ DATABASE_URL: databaseUrl, REDIS_URL: redis.url, STYTCH_BASE_URL: url, LOG_LEVEL: 'error' });
  const started: { kind: 'worker' | 'server' | 'helper'; child: Child }[] = [{ kind: 'helper', child: stytch }];
  const keep = (kind: 'worker' | 'server' | 'helper', child: Child) => {
    started.push({ kind, child });
    return child;
  };
  const logFile = join(folder, 'log.jsonl');
  const peakOf = (kind: string) =>
    Math.max(0, ...started.filter((one) => one.kind === kind).map(({ child }) => child.peakMiB()));
  const cpuOf = (kind: string) =>
    started.filter((one) => one.kind === kind).reduce((sum, { child }) => sum + child.cpuSeconds(), 0);
  return {
    ...{ database, databaseUrl, redisUrl: redis.url, stytch, env },
    stytchAccess: { projectId, secret, url },
    logs: { postgres: postgresLog, processes: logFile },
    team: async (organizationId, roles = ['scim:analyst', 'scim:admin']) => {
      const roleRows = { create: roles.map((name) => ({ name })) };
      const data = { name: 'Team', stytchOrganizationId: organizationId, ssoScimEnabled: true, roles: roleRows };
      return (await database.team.create({ data })).id;
    },
    server: (port, { cpu, ...more } = {}) => {
      const options = { logFile, ...profiling, ...(cpu === undefined ? {} : { cpu }) };
      return keep('server', startProduction('start', { ...env, ...more.env, PORT: String(port) }, options));
    },
    worker: (more = {}) => keep('worker', startProduction('worker', { ...env, ...more }, { logFile, ...profiling })),
    helper: (file, options) => keep('helper', startHelper(file, options)),
    cpuSeconds: () => ({
      worker: cpuOf('worker'),
      receiver: cpuOf('server'),
      redis: cpuSecondsOf(redis.pid()),
      postgres: cpuOfPostgres(),
    }),
    peaks: () => ({ worker: peakOf('worker'), server: peakOf('server') }),
    stop: async () => {
      for (const { child } of started.reverse()) await child.stop();
      await database.$disconnect();
      await redis.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function createDatabase(serverUrl: string, databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${new URL(databaseUrl).pathname.slice(1)}`);
  await client.end();
}
