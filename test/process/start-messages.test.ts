import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../src/database/migrations.js';
import { support } from '../helpers/command.js';
import { testEnv } from '../helpers/config.js';
import { eventually } from '../helpers/eventually.js';
import { temporaryFolder } from '../helpers/folders.js';
import { spawnProcess } from '../helpers/processes.js';
import { freePort } from '../local/ports.js';
import { type LocalPostgres, startPostgres } from '../local/postgres.js';

jest.setTimeout(240_000);

/** What each process says when its database can't be used: PostgreSQL's code, and what to do. */

let postgres: LocalPostgres;

/** Where `locked` needs a password, `guest` may connect and do nothing, and `bare` has no tables. */
beforeAll(async () => {
  postgres = await startPostgres({ folder: join(temporaryFolder('start-messages'), 'postgres') });
  const client = new pg.Client({ connectionString: postgres.url() });
  await client.connect();
  const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
  const file = join(String(rows[0]?.data_directory), 'pg_hba.conf');
  expect(statSync(file).isFile()).toBe(true);
  writeFileSync(file, 'host all locked 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n');
  for (const sql of [
    "CREATE ROLE locked LOGIN PASSWORD 'right'",
    'CREATE ROLE guest LOGIN',
    'CREATE DATABASE bare',
    'CREATE DATABASE scanner',
    'SELECT pg_reload_conf()',
  ])
    await client.query(sql);
  await client.end();
  await migrate(postgres.url('scanner'));
});
afterAll(() => postgres.stop('immediate'));

type Wrong = [what: string, change: (url: URL) => void, says: RegExp];
const password: Wrong = [
  'a wrong password',
  (url) => {
    url.username = 'locked';
    url.password = 'wrong';
  },
  /\(28P01\)\. It does not accept our user or its password: check DATABASE_URL\./,
];
const nowhere: Wrong = [
  'a database that does not exist',
  (url) => (url.pathname = '/nowhere'),
  /\(3D000\)\. It does not exist: create it, or check DATABASE_URL\./,
];
const nobody: Wrong = [
  'nothing at its address',
  (url) => (url.port = '1'),
  /\((?:DatabaseNotReachable|ECONNREFUSED)\)\. Start PostgreSQL, or correct DATABASE_URL/,
];
const bare: Wrong = [
  'a database without tables',
  (url) => (url.pathname = '/bare'),
  /\(42P01\)\. It lacks a table or a column: run npm run migrate\./,
];
const guest: Wrong = [
  'a user without rights',
  (url) => {
    url.pathname = '/bare';
    url.username = 'guest';
  },
  /permission denied for .*\. The user lacks a permission/,
];

async function envFor(change: Wrong[1]): Promise<Record<string, string | undefined>> {
  const url = new URL(postgres.url('scanner'));
  change(url);
  // The queue is in Redis, at an address where nothing listens. So all that is said of the database comes from its own probe.
  const queue = { REDIS_URL: 'redis://127.0.0.1:1' };
  const ours = { DATABASE_URL: url.href, STYTCH_BASE_URL: 'http://127.0.0.1:1', LOG_LEVEL: 'info' };
  return testEnv({ ...queue, ...ours, PORT: String(await freePort()) });
}

describe.each(['server', 'worker'] as const)('the %s says at its start', (name) => {
  it.each([password, nowhere, nobody, bare])('%s, and what to do', async (_, change, says) => {
    const env = await envFor(change);
    const started = spawnProcess(name, env);
    const lines = () => started.output().split('\n');
    try {
      await eventually(() => lines().some((line) => line.includes('"what":"database"') && says.test(line)), 10_000);
      await eventually(
        () => lines().some((line) => line.includes('"what":"queue"') && line.includes('REDIS_URL')),
        10_000,
      );
      if (name === 'server') {
        const ready = await fetch(`http://127.0.0.1:${env.PORT}/readyz`);
        expect([ready.status, await ready.json()]).toMatchObject([
          503,
          { dependencies: { database: expect.stringMatching(says) } },
        ]);
      }
    } finally {
      started.kill('SIGKILL');
      await started.exited;
    }
  });
});

it.each([password, nowhere, nobody, guest])('the migration says %s, and what to do', async (_, change, says) => {
  const env = await envFor(change);
  for (const queue of [{}, { REDIS_URL: undefined }]) {
    const migrating = spawnProcess('migrate', { ...env, ...queue });
    expect([await migrating.exited, migrating.output()]).toEqual([1, expect.stringMatching(says)]);
    expect(migrating.output()).not.toMatch(/Unexpected|\bat .*:\d+/);
  }
});

it.each([password, nowhere, nobody, bare])('doctor says %s once, in words of the database', async (_, change, says) => {
  const { stdout } = await support(await envFor(change), 'doctor', '--json');
  const { findings } = JSON.parse(stdout) as {
    findings: { check: string; status: string; found: string; next: string | null }[];
  };
  const about = findings.filter(({ found, next }) => says.test(`${found} ${next}`));
  expect(about).toHaveLength(1);
  const ofDatabase = findings.filter(({ check }) => /database|migrations|workers|events|teams/.test(check));
  for (const { next } of ofDatabase) expect(next ?? '').not.toMatch(/Stytch|STYTCH/);
});
