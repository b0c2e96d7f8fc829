import { join } from 'node:path';
import pg from 'pg';
import { connectDatabase, type Database } from '../../src/database.js';
import { migrate } from '../../src/migrations.js';
import type { QueueHome } from '../../src/queue/backend.js';
import { type Emulator, startEmulator } from '../emulator/emulator.js';
import { freePort } from '../local/ports.js';
import { type LocalPostgres, startPostgres } from '../local/postgres.js';
import type { LocalRedis } from '../local/redis.js';
import { testEnv } from '../support/config.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/folders.js';
import { startProcess, stopProcess, type TestProcess } from '../support/processes.js';
import { type BackendName, inspectQueue, startTestQueue } from '../support/queue.js';
import { rowsOf, seedTeam } from '../support/rows.js';
import { projectId, secret } from '../support/webhook.js';
import { directoryRows, mirroredRows } from './truth.js';

/**
 * The system as processes of their own, on a PostgreSQL and a queue of their own that may be stopped, with a team (Acme)
 * in which things happen and bystanders to whom nothing may. Time is scaled: sweeps every 5 s instead of every 240.
 */
export type FaultLab = {
  emulator: Emulator;
  database: Database;
  postgres: LocalPostgres;
  redis: LocalRedis | null;
  home: QueueHome;
  url: string;
  teamId: string;
  organizationId: string;
  /** Members of Acme, by number. */
  people: string[];
  /** Those that were started, the first ones included. */
  receivers: TestProcess[];
  workers: TestProcess[];
  receiver(): Promise<TestProcess>;
  worker(): Promise<TestProcess>;
  /** Does something in the directory; the time until the rows show it is counted from here. */
  act(what: () => unknown): void;
  sinceAct(): number;
  /** Waits until Acme's rows are the directory's and nobody else moved. @returns seconds since the last act */
  settled(withinMs?: number): Promise<number>;
  stop(): Promise<void>;
};

export type FaultLabOptions = { backend?: BackendName; people?: number; env?: Record<string, string> };

const sweepIntervalSeconds = 5;

export async function startFaultLab({
  backend = 'redis',
  people = 30,
  env: more = {},
}: FaultLabOptions = {}): Promise<FaultLab> {
  const { postgres, database, databaseUrl } = await ownDatabase();
  const queue = await startTestQueue(backend, databaseUrl);
  const emulator = await startEmulator({ projectId, secret: 'secret-test' });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  emulator.webhooks.setEndpoint({ url: `${url}/webhooks/stytch`, secrets: [secret] });
  const env = testEnv({
    ...{ ...queue.env, STYTCH_BASE_URL: emulator.url, PORT: String(port), LOG_LEVEL: 'info' },
    ...{ SWEEP_INTERVAL_SECONDS: String(sweepIntervalSeconds), STYTCH_SEARCHES_PER_MINUTE: '6000', ...more },
  });
  const team = await connectedTeam(emulator, database, 'Acme', people);
  const receivers: TestProcess[] = [];
  const workers: TestProcess[] = [];
  const begin = async (name: 'server' | 'worker') => {
    const started = await startProcess(name, env);
    (name === 'server' ? receivers : workers).push(started);
    return started;
  };
  await Promise.all([begin('server'), begin('worker')]);
  const { expectUnmoved } = await bystanders(emulator, database, team.teamId);
  let lastActMs = Date.now();
  const sinceAct = () => (Date.now() - lastActMs) / 1000;
  const settled = async (withinMs = 240_000) => {
    await eventually(async () => {
      expect(mirroredRows(await rowsOf(database), team.teamId)).toEqual(directoryRows(emulator, team.organizationId));
    }, withinMs);
    const seconds = sinceAct();
    await expectUnmoved();
    return seconds;
  };
  await settled();
  await startIsOver(queue.home);
  return {
    ...{ emulator, database, postgres, redis: queue.redis, home: queue.home, url, ...team },
    ...{ receivers, workers, sinceAct },
    receiver: () => begin('server'),
    worker: () => begin('worker'),
    act: (what) => {
      what();
      lastActMs = Date.now();
    },
    settled,
    stop: async () => {
      emulator.faults.reset();
      await Promise.all([...receivers, ...workers].filter(isRunning).map(stopProcess));
      await emulator.stop();
      await database.$disconnect();
      await queue.stop();
      await postgres.stop();
    },
  };
}

async function ownDatabase() {
  const postgres = await startPostgres({ folder: join(temporaryFolder('fault'), 'postgres') });
  const client = new pg.Client({ connectionString: postgres.url() });
  await client.connect();
  await client.query('CREATE DATABASE scanner');
  await client.end();
  const databaseUrl = postgres.url('scanner');
  await migrate(databaseUrl);
  return { postgres, databaseUrl, database: connectDatabase(databaseUrl, { connections: 3 }) };
}

async function connectedTeam(emulator: Emulator, database: Database, name: string, count: number) {
  const { organization_id: organizationId } = emulator.directory.silently(() =>
    emulator.organizations.create({ name }),
  );
  const people = emulator.directory.silently(() =>
    Array.from({ length: count }, (_, n) => {
      const userName = `p${n}@${name.toLowerCase()}.example`;
      return emulator.directory.provision(organizationId, { userName, externalId: `e${n}`, roles: ['analyst'] })
        .member_id;
    }),
  );
  const teamId = await seedTeam(database, { name, organizationId, roles: ['scim:analyst', 'scim:admin', 'plain'] });
  return { teamId, organizationId, people };
}

/** A start makes every team be read; what comes after must not be owed to that. */
async function startIsOver(home: QueueHome): Promise<void> {
  await eventually(async () => {
    const { waiting, active, delayed } = await inspectQueue(home, 'sweeps', (queue) => queue.getJobCounts());
    return waiting === 0 && active === 0 && delayed === 0;
  }, 240_000);
}

/** Another team, a user without SCIM, and roles given by hand to somebody of Acme. */
async function bystanders(emulator: Emulator, database: Database, teamId: string) {
  const beta = await connectedTeam(emulator, database, 'Beta', 3);
  await database.user.create({ data: { teamId, email: 'local@acme.example' } });
  const theirs = async () => {
    const rows = await rowsOf(database);
    const manual = await database.roleGrant.findMany({ where: { source: 'manual' }, orderBy: { userId: 'asc' } });
    return { manual, rows: rows.filter((row) => row.teamId === beta.teamId || row.memberId === null) };
  };
  await eventually(
    async () => expect((await theirs()).rows.filter(({ grants }) => grants.length === 1)).toHaveLength(3),
    30_000,
  );
  await database.$executeRaw`
    INSERT INTO role_grants (user_id, role_id, source)
    SELECT u.id, r.id, 'manual' FROM users u JOIN roles r ON r.team_id = u.team_id
    WHERE r.name IN ('plain', 'scim:admin') AND u.email IN ('p1@acme.example', 'p1@beta.example', 'local@acme.example')`;
  const before = await theirs();
  return { expectUnmoved: async () => expect(await theirs()).toEqual(before) };
}

function isRunning({ child }: TestProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
