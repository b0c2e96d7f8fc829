import type { Job, Queue } from 'bullmq';
import { pino } from 'pino';
import type { Database } from '../../src/database/database.js';
import type { Log } from '../../src/log/log.js';
import type { Running } from '../../src/process/lifecycle.js';
import type { QueueHome } from '../../src/queue/backend.js';
import { queueNames } from '../../src/queue/backend.js';
import type { RereadTiming } from '../../src/queue/jobs.js';
import { startServer } from '../../src/server.js';
import { startWorker } from '../../workers/main.js';
import { type Emulator, startEmulator } from '../emulator/emulator.js';
import { silent, testConfig } from './config.js';
import { createTestDatabase } from './database.js';
import { eventually } from './eventually.js';
import { type BackendName, backends, inspectQueue, openQueue, startTestQueue } from './queue.js';
import { rowsOf, seedTeam } from './rows.js';
import { projectId, secret } from './webhook.js';

/** The whole system in this process, on a database, a queue and a Stytch of its own. */
export type Lab = {
  emulator: Emulator;
  database: Database;
  home: QueueHome;
  /** The receiver's address. */
  url: string;
  env: Record<string, string | undefined>;
  /** A team in Scanner and its organization in Stytch. */
  team(options: { name: string; roles?: string[] }): Promise<{ teamId: string; organizationId: string }>;
  rows(): ReturnType<typeof rowsOf>;
  /** Waits until every message is sent and every job is done, rechecks included. */
  quiet(): Promise<void>;
  /** Everything that its HTTP process has logged. */
  log(): string;
  failedJobs(): Promise<{ queue: string; id: string; reason: string }[]>;
  startWorker(log?: Log): Promise<Running>;
  stop(): Promise<void>;
};

/** Rechecks come two hundred times earlier than in production. The lag of searches is the same, for slow machines. */
export const quickly: RereadTiming = { recheckAfterMs: [0, 50, 150], sweepDebounceMs: 100, searchLagMs: 30_000 };

export async function startLab(
  options: {
    backend?: BackendName;
    worker?: boolean;
    /** What a worker does by itself: sweeps, back-fill … Off, so that other subjects stay undisturbed. */
    schedules?: boolean;
    env?: Record<string, string>;
    timing?: RereadTiming;
    /** How the processes are told of the database. */
    databaseUrl?: (url: string) => string;
    /** With an organization of Scanner's own, whose members may be let into /support. */
    support?: boolean;
  } = {},
): Promise<Lab> {
  const { backend = backends[0], worker = true, schedules = false, timing = quickly } = options;
  const { databaseUrl = (url: string) => url } = options;
  const testDatabase = await createTestDatabase({ withQueue: backend === 'postgres' });
  const { database } = testDatabase;
  const queue = await startTestQueue(backend, testDatabase.url);
  const emulator = await startEmulator({ projectId, secret: 'secret-test' });
  const supportOrganizationId = options.support ? ownOrganization(emulator) : undefined;
  const stytch = { STYTCH_BASE_URL: emulator.url, STYTCH_SEARCHES_PER_MINUTE: '60000' };
  const stores = { ...queue.env, DATABASE_URL: databaseUrl(testDatabase.url) };
  const env = { ...stores, ...stytch, SUPPORT_ORGANIZATION_ID: supportOrganizationId, ...options.env };
  const config = testConfig(env);
  const logged: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const server = await startServer(config, log, { schedules });
  const url = `http://127.0.0.1:${server.port}`;
  emulator.webhooks.setEndpoint({ url: `${url}/webhooks/stytch`, secrets: [secret] });
  const workers = new Set<Running>();
  const begin = async (log = silent) => {
    const running = await startWorker(config, log, { timing, schedules });
    workers.add(running);
    const stop = async () => {
      if (workers.delete(running)) await running.stop();
    };
    return { stop };
  };
  if (worker) await begin();
  await eventually(async () => (await fetch(`${url}/readyz`)).status === 200);
  return {
    ...{ emulator, database, home: queue.home, url, env },
    team: async ({ name, roles = ['scim:analyst', 'scim:admin'] }) => {
      const { organization_id: organizationId } = emulator.directory.silently(() =>
        emulator.organizations.create({ name }),
      );
      return { organizationId, teamId: await seedTeam(database, { name, organizationId, roles }) };
    },
    rows: () => rowsOf(database),
    quiet: () => quiet(emulator, queue.home),
    log: () => logged.join(''),
    failedJobs: () => failedJobs(queue.home),
    startWorker: begin,
    stop: async () => {
      emulator.faults.reset();
      await Promise.all([...workers].map((running) => running.stop()));
      await server.stop();
      await emulator.stop();
      await queue.stop();
      await testDatabase.drop();
    },
  };
}

function ownOrganization(emulator: Emulator): string {
  return emulator.directory.silently(() => emulator.organizations.create({ name: 'Scanner' }).organization_id);
}

async function quiet(emulator: Emulator, home: QueueHome): Promise<void> {
  await emulator.webhooks.settled();
  const queues = queueNames.map((name) => openQueue(home, name));
  try {
    await eventually(async () => {
      for (const queue of queues) await isQuiet(queue);
    }, 120_000); // most of a job's attempts, on a machine so slow that it needs several
  } finally {
    await Promise.all(queues.map((queue) => queue.close()));
  }
}

async function isQuiet(queue: Queue): Promise<void> {
  const { waiting, active, delayed } = await queue.getJobCounts('waiting', 'active', 'delayed');
  if (!waiting && !active && !delayed) return;
  const waits = await queue.getDelayed();
  await Promise.all(waits.map(tryAgain));
  throw new Error(
    `${queue.name}: ${waiting} waiting, ${active} active, ${delayed} delayed ${waits.map(whyDelayed).join()}`,
  );
}

/** A failed job's next attempt comes after up to two minutes. What is tested here is what it does, not how long it waits. */
async function tryAgain(job: Job): Promise<void> {
  if (job.attemptsMade > 0) await job.promote().catch(() => {}); // a worker has begun it meanwhile
}

function whyDelayed({ name, attemptsMade, failedReason, delay }: Job): string {
  return `(${name}, ${delay} ms, attempt ${attemptsMade}: ${failedReason ?? 'none has failed'})`;
}

async function failedJobs(home: QueueHome) {
  const found = [];
  for (const queue of queueNames) {
    const failed = await inspectQueue(home, queue, (one) => one.getFailed());
    found.push(...failed.map((job) => ({ queue, id: job.id ?? '', reason: job.failedReason })));
  }
  return found;
}
