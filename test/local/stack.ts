import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { type Config, loadConfig } from '../../src/config/config.js';
import { migrate } from '../../src/database/migrations.js';
import { logStart, type ProcessName } from '../../src/process/lifecycle.js';
import { migrateQueue } from '../../src/queue/backend.js';
import { startServer } from '../../src/server.js';
import { startWorker } from '../../workers/main.js';
import { type Emulator, startEmulator } from '../emulator/emulator.js';
import { lockFolder } from './folder-lock.js';
import { portNear } from './ports.js';
import { startPostgres } from './postgres.js';
import { hasRedisServer, startRedis } from './redis.js';
import { openSupportDesk, supportCommand } from './support-desk.js';

/** The whole system on this machine: PostgreSQL, queue, receiver and worker as in production, and a local Stytch. */
export type Stack = {
  config: Config;
  emulator: Emulator;
  url: string;
  logFile: string;
  /** To be typed in another terminal. */
  supportCommand: string;
  stop(): Promise<void>;
};

/** Tells about a step while it is taken. */
export type Step = <T>(what: string, work: () => Promise<T>) => Promise<T>;

type Part = { stop(): Promise<unknown> };
type Start = <T extends Part>(what: string, begin: () => Promise<T>) => Promise<T>;

const stytch = { projectId: 'project-test-00000000-0000-4000-8000-00000000d0d0', secret: 'secret-test-local' };
const webhookSecret = 'whsec_bG9jYWwtc2Nhbm5lci1zY2ltLXdlYmhvb2stc2VjcmV0';

export type StackOptions = {
  /** Without the data of earlier runs. */
  fresh: boolean;
  /** Stops again what was started so far. */
  signal?: AbortSignal;
};

/** Starts everything, with its data under `folder`. @throws after stopping again whatever had been started */
export async function startStack(folder: string, step: Step, options: StackOptions): Promise<Stack> {
  mkdirSync(folder, { recursive: true });
  const parts: Part[] = [await lockFolder(folder)];
  const stop = async () => {
    for (const part of parts.splice(0).reverse()) await part.stop();
  };
  const start: Start = async (what, begin) => {
    const part = await step(what, begin);
    parts.push(part);
    options.signal?.throwIfAborted();
    return part;
  };
  try {
    return { ...(await startParts(folder, options.fresh, step, start)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(folder: string, fresh: boolean, step: Step, start: Start): Promise<Omit<Stack, 'stop'>> {
  const postgres = await start('PostgreSQL', () => startPostgres({ folder: join(folder, 'postgres'), fresh }));
  const redisUrl = await startQueue(join(folder, 'redis'), fresh, start);
  const stateFile = join(folder, 'stytch.json');
  if (fresh) rmSync(stateFile, { force: true });
  const emulatorOptions = { ...stytch, port: await portNear(3900), stateFile };
  const emulator = await start('Stytch (emulator)', () => startEmulator({ ...emulatorOptions, outboxLimit: 1000 }));
  const config = loadConfig({
    PORT: String(await portNear(Number(process.env.PORT ?? 3000))),
    HOST: '127.0.0.1',
    DATABASE_URL: postgres.url('scanner'),
    REDIS_URL: redisUrl,
    STYTCH_PROJECT_ID: stytch.projectId,
    STYTCH_SECRET: stytch.secret,
    STYTCH_BASE_URL: emulator.url,
    STYTCH_WEBHOOK_SECRETS: webhookSecret,
    SIGN_IN_URL: `http://127.0.0.1:${await portNear(3901)}`,
    SUPPORT_CONTACT: 'support@scanner.dev',
    SUPPORT_ORGANIZATION_ID: openSupportDesk(emulator),
    LOG_LEVEL: process.env.LOG_LEVEL,
  });
  await step('Scanner database', () => prepareDatabase(postgres.url(), config));
  const logFile = join(folder, 'log.jsonl');
  if (fresh) rmSync(logFile, { force: true });
  const log = pino({ level: config.LOG_LEVEL, base: null }, pino.destination({ dest: logFile, sync: true }));
  const logOf = (name: ProcessName) => {
    const own = log.child({ process: name });
    logStart(name, config, own);
    return own;
  };
  const server = await start('receiver', () => startServer(config, logOf('server')));
  await start('worker', () => startWorker(config, logOf('worker')));
  const url = `http://127.0.0.1:${server.port}`;
  emulator.webhooks.setEndpoint({ url: `${url}/webhooks/stytch`, secrets: [webhookSecret] });
  return { config, emulator, url, logFile, supportCommand: supportCommand(folder, config) };
}

async function startQueue(folder: string, fresh: boolean, start: Start): Promise<string | undefined> {
  if (process.env.REDIS_URL) return process.env.REDIS_URL;
  if (!hasRedisServer()) return undefined;
  const redis = await start('Redis', () => startRedis({ folder, fresh }));
  return redis.url;
}

async function prepareDatabase(serverUrl: string, config: Config): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = 'scanner'");
  if (rowCount === 0) await client.query('CREATE DATABASE scanner');
  await client.end();
  await migrate(config.DATABASE_URL);
  await migrateQueue({ redisUrl: config.REDIS_URL, databaseUrl: config.DATABASE_URL });
}
