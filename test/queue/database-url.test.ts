import { connectDatabase } from '../../src/database/database.js';
import { migrateQueue } from '../../src/queue/backend.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { inspectQueue } from '../helpers/queue.js';

/** As a reader of both schemas sets it, and somebody who knows better about timeouts. */
const options = encodeURIComponent('-c search_path=public,scim -c statement_timeout=0 -c application_name=theirs');
const extended = (url: string) => `${url}?options=${options}&statement_timeout=0&idle_in_transaction_session_timeout=0`;

describe('a DATABASE_URL with options', () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await createTestDatabase();
  });
  afterEach(() => test.drop());

  it('keeps its options, except those that the processes need', async () => {
    const database = connectDatabase(extended(test.url), { connections: 1 });
    const [settings] = await database.$queryRaw<unknown[]>`
      SELECT current_setting('search_path') AS path, current_setting('application_name') AS name,
        current_setting('statement_timeout') AS statement,
        current_setting('idle_in_transaction_session_timeout') AS idle`;
    await database.$disconnect();
    expect(settings).toEqual({ path: 'scim, public, public,scim', name: 'theirs', statement: '20s', idle: '20s' });
  });

  it('creates the tables of the queue in their own schema', async () => {
    await migrateQueue({ databaseUrl: extended(test.url) });
    const [found] = await test.database.$queryRaw<unknown[]>`
      SELECT count(*) FILTER (WHERE schemaname = 'bullmq') > 0 AS "inTheirs",
        count(*) FILTER (WHERE schemaname = 'public' AND tablename = 'job') AS "inOurs" FROM pg_tables`;
    expect(found).toEqual({ inTheirs: true, inOurs: 0n });
  });
});

describe('a queue in PostgreSQL, with options in DATABASE_URL', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ backend: 'postgres', databaseUrl: extended });
  });
  afterAll(() => lab.stop());

  it('accepts a webhook, and a worker handles it', async () => {
    const { teamId, organizationId } = await lab.team({ name: 'Acme' });
    lab.emulator.directory.provision(organizationId, { userName: 'ada@acme.example', roles: ['analyst'] });
    await lab.quiet();
    expect(await lab.rows()).toMatchObject([{ teamId, status: 'active', grants: ['scim:analyst (scim)'] }]);
    expect(await inspectQueue(lab.home, 'hints', (queue) => queue.getJobCounts('failed'))).toEqual({ failed: 0 });
  });
});
