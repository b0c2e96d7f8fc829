import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { connectDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrations.js';
import { type Emulator, startEmulator } from '../emulator/emulator.js';
import { testEnv } from '../helpers/config.js';
import { temporaryFolder } from '../helpers/folders.js';
import { startProcess, stopProcess, type TestProcess } from '../helpers/processes.js';
import { type BackendName, startTestQueue } from '../helpers/queue.js';
import { projectId, secret } from '../helpers/webhook.js';
import { startWire, type Wire } from '../helpers/wire.js';
import { freePort } from '../local/ports.js';
import { startPostgres } from '../local/postgres.js';

/** What a test started, and how to end it. */
export type Endings = {
  add(end: () => Promise<unknown>): void;
  /** The last one first. Goes on when one fails, and then fails. */
  run(): Promise<void>;
};

export function createEndings(): Endings {
  const ends: (() => Promise<unknown>)[] = [];
  return {
    add: (end) => void ends.push(end),
    run: async () => {
      const failures: unknown[] = [];
      for (const end of ends.splice(0).reverse()) await end().catch((error) => failures.push(error));
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** PostgreSQL, a queue and Stytch, all their own; the processes reach the first two over wires that can fall silent. */
export async function startParts(backend: BackendName, endings: Endings) {
  // Stopping PostgreSQL the hard way loses nothing that was handed to the system, so nothing has to wait for the disk.
  const settings = { fsync: 'off', full_page_writes: 'off' };
  const postgres = await startPostgres({ folder: join(temporaryFolder('fault'), 'postgres'), settings });
  endings.add(() => postgres.stop('immediate'));
  await createScanner(postgres.url());
  const databaseUrl = postgres.url('scanner');
  await migrate(databaseUrl);
  const database = connectDatabase(databaseUrl, { connections: 3 });
  endings.add(() => database.$disconnect());
  const queue = await startTestQueue(backend, databaseUrl);
  endings.add(() => queue.stop());
  const emulator = await startEmulator({ projectId, secret: 'secret-test' });
  endings.add(() => emulator.stop());
  const wire = async (port: number): Promise<Wire> => {
    const started = await startWire(port);
    endings.add(() => started.stop());
    return started;
  };
  const wires = { postgres: await wire(postgres.port), redis: queue.redis ? await wire(queue.redis.port) : null };
  return { postgres, database, queue, emulator, wires };
}

/** Receivers and workers as production starts them, all with the same environment. */
export async function prepareProcesses(
  { wires, emulator }: Pick<Awaited<ReturnType<typeof startParts>>, 'wires' | 'emulator'>,
  more: Record<string, string>,
  endings: Endings,
) {
  const port = await freePort();
  const env = testEnv({
    ...{ STYTCH_BASE_URL: emulator.url, PORT: String(port), LOG_LEVEL: 'info', STYTCH_SEARCHES_PER_MINUTE: '6000' },
    DATABASE_URL: `postgresql://postgres@127.0.0.1:${wires.postgres.port}/scanner`,
    REDIS_URL: wires.redis ? `redis://127.0.0.1:${wires.redis.port}` : undefined,
    ...more,
  });
  const started = { receivers: [] as TestProcess[], workers: [] as TestProcess[] };
  const begin = async (name: 'server' | 'worker') => {
    const one = await startProcess(name, env);
    (name === 'server' ? started.receivers : started.workers).push(one);
    endings.add(() => (isRunning(one) ? stopProcess(one) : Promise.resolve()));
    return one;
  };
  const url = `http://127.0.0.1:${port}`;
  return { ...started, url, receiver: () => begin('server'), worker: () => begin('worker') };
}

export function pointWebhooksAt(emulator: Emulator, url: string): void {
  emulator.webhooks.setEndpoint({ url: `${url}/webhooks/stytch`, secrets: [secret] });
}

/** After a failure: ends them at once, and leaves what they wrote as evidence. */
export async function abandonProcesses(processes: readonly TestProcess[]): Promise<void> {
  const folder = temporaryFolder('fault-evidence');
  for (const [i, one] of processes.entries()) {
    writeFileSync(join(folder, `${i}.log`), one.output());
    one.kill('SIGKILL');
    await one.exited;
  }
}

function isRunning({ child }: TestProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function createScanner(serverUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query('CREATE DATABASE scanner');
  await client.end();
}
