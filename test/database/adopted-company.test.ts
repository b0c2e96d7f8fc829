import { readFileSync } from 'node:fs';
import pg from 'pg';
import { connectDatabase, type Database } from '../../src/database/database.js';
import { checkDatabase, migrate, pendingMigrations } from '../../src/database/migrations.js';
import { migrateQueue } from '../../src/queue/backend.js';
import { testConfig } from '../helpers/config.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { backends } from '../helpers/queue.js';
import { playFirstDay } from '../local/first-day.js';

/** The SQL of deploy/adopting.md: a company's tables, and what it does to be adopted. */
const [company = '', preparation = ''] = [
  ...readFileSync('deploy/adopting.md', 'utf8').matchAll(/```sql\n([^`]*)```/g),
].map(([, sql]) => String(sql));

let test: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  test = await createTestDatabase();
  client = new pg.Client({ connectionString: test.url });
  await client.connect();
  await client.query(`DROP SCHEMA public, scim CASCADE; CREATE SCHEMA public; ${company}
    CREATE TABLE _prisma_migrations (id text, checksum text, finished_at timestamptz, migration_name text, logs text,
      rolled_back_at timestamptz, started_at timestamptz, applied_steps_count integer);
    INSERT INTO companies (title, plan) VALUES ('Old customer', 'gold');
    INSERT INTO accounts (company_id, login, password_hash) SELECT id, 'kim@old.example', 'x' FROM companies`);
});
afterAll(async () => {
  await client.end();
  await test.drop();
});

it('the views of the example are adopted: what is missing is made on the tables behind them', async () => {
  await client.query(preparation);
  const { kind, findings } = await checkDatabase(test.url);
  expect({ kind, refused: findings.filter(({ isRefused }) => isRefused) }).toEqual({ kind: 'foreign', refused: [] });
  await migrate(test.url);
  expect(await checkDatabase(test.url)).toMatchObject({ kind: 'ours', findings: [], pending: [] });
  const { rows } = await client.query(
    "SELECT conrelid::regclass::text AS of, pg_get_constraintdef(oid) AS key FROM pg_constraint WHERE confrelid = 'accounts'::regclass",
  );
  expect(rows).toContainEqual({ of: 'role_grants', key: expect.stringContaining('REFERENCES accounts(scim_id)') });
});

describe('with the rights of deploy/rights.sql', () => {
  let lab: Lab;
  let database: Database;
  let ownUrl: string;

  beforeAll(async () => {
    await migrateQueue({ redisUrl: undefined, databaseUrl: test.url });
    const rights = readFileSync('deploy/rights.sql', 'utf8');
    await client.query(rights);
    await client.query(rights);
    await client.query("ALTER ROLE scanner_scim PASSWORD 'only-rows'");
    const own = new URL(test.url);
    [own.username, own.password] = ['scanner_scim', 'only-rows'];
    database = connectDatabase(test.url, { connections: 2 });
    // One of the backends is in this database, with the same rights.
    const backend = backends.includes('postgres') ? 'postgres' : backends[0];
    ownUrl = own.href;
    lab = await startLab({ backend, databaseUrl: () => ownUrl, schedules: true });
  });
  afterAll(async () => {
    await lab?.stop();
    await database?.$disconnect();
    await client.query('DROP OWNED BY scanner_scim; DROP ROLE scanner_scim');
  });

  it('doctor sees that all migrations are applied, without a look into the bookkeeping of the company', async () => {
    expect(await pendingMigrations(ownUrl)).toEqual([]);
  });

  it('the company passes a first day, and its own people stay as they are', async () => {
    const stack = {
      ...{ config: testConfig(lab.env), emulator: lab.emulator, url: lab.url, logFile: '/dev/null' },
      ...{ supportCommand: '', stop: lab.stop },
    };
    await playFirstDay(stack, database, (_, work) => work());
    const { rows } = await client.query("SELECT login, status, password_hash FROM accounts WHERE login LIKE '%old%'");
    expect(rows).toEqual([{ login: 'kim@old.example', status: 'active', password_hash: 'x' }]);
  });

  it.each([
    'CREATE TABLE public.mine ()',
    'DROP TABLE scim.sync_events',
    'DELETE FROM public.users',
    'DELETE FROM public.teams',
    "INSERT INTO scim._prisma_migrations (id, checksum, migration_name) VALUES ('1', 'x', 'y')",
    'ALTER TABLE accounts ADD COLUMN mine text',
    'SELECT password_hash FROM accounts',
  ])('a process may not: %s', async (sql) => {
    await expect(client.query(`BEGIN; SET LOCAL ROLE scanner_scim; ${sql}`)).rejects.toMatchObject({ code: '42501' });
    await client.query('ROLLBACK');
  });
});
