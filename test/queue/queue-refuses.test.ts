import { consume } from '../../src/queue/consume.js';
import { connectProducer } from '../../src/queue/produce.js';
import { startServer } from '../../src/server.js';
import { silent, testConfig } from '../helpers/config.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { eventually } from '../helpers/eventually.js';
import { temporaryFolder } from '../helpers/folders.js';
import { startTestQueue } from '../helpers/queue.js';
import { askRedis, password, refusals } from '../helpers/redis-troubles.js';
import { post, signed } from '../helpers/webhook.js';
import { hasRedisServer, type LocalRedis, startRedis } from '../local/redis.js';

let servers: Awaited<ReturnType<typeof startServer>>[] = [];
let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase({ withQueue: true });
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  servers = [];
  await database.drop();
});

async function serve(env: Record<string, string | undefined>): Promise<string> {
  const server = await startServer(testConfig({ DATABASE_URL: database.url, ...env }), silent, { schedules: false });
  servers.push(server);
  return `http://127.0.0.1:${server.port}`;
}

async function readiness(url: string, of = 'queue') {
  const response = await fetch(`${url}/readyz?of=${of}`);
  const { dependencies } = (await response.json()) as { dependencies: Record<string, string> };
  return { status: response.status, queue: dependencies.queue };
}
const isReady = async (url: string) => expect(await readiness(url)).toEqual({ status: 200, queue: 'ok' });
const takesWebhooks = async (url: string) => expect(await post(url, signed())).toMatchObject({ status: 202 });

/** Says why in words, refuses webhooks in time, and keeps the pages. */
async function isRefusing(url: string, why: RegExp): Promise<void> {
  await eventually(async () =>
    expect(await readiness(url)).toMatchObject({ status: 503, queue: expect.stringMatching(why) }),
  );
  const refused = { status: 503, body: { error: { code: 'queue_unavailable' } } };
  await eventually(async () => expect(await post(url, signed())).toMatchObject(refused));
  expect((await post(url, signed())).ms).toBeLessThan(2_000);
  expect(await readiness(url, 'any')).toMatchObject({ status: 200 });
  expect((await fetch(`${url}/settings/scim`, { redirect: 'manual' })).status).toBeLessThan(500);
  expect((await fetch(`${url}/support`, { redirect: 'manual' })).status).toBeLessThan(500);
}

const withRedis = hasRedisServer() ? describe : describe.skip;

withRedis('when Redis', () => {
  let redis: LocalRedis;
  beforeEach(async () => {
    redis = await startRedis({ folder: temporaryFolder('refusing') });
  });
  afterEach(() => redis.kill()); // one that can't save does not stop in order

  it.each(refusals)(
    'answers $word, /readyz explains it, and everything recovers without a restart',
    async (trouble) => {
      const url = await serve({ REDIS_URL: redis.url });
      await eventually(() => takesWebhooks(url));
      await trouble.begin(redis);
      await isRefusing(url, new RegExp(`^Redis can't be used: .* \\(${trouble.word}\\)\\. \\w`));
      await trouble.end(redis);
      await eventually(() => takesWebhooks(url), 15_000);
      await eventually(() => isReady(url));
    },
  );

  it.each([
    ['NOAUTH', /has none \(NOAUTH\)/, () => redis.url],
    ['WRONGPASS', /does not accept .* \(WRONGPASS\)/, () => redis.url.replace('//', '//:wrong@')],
  ])('answers %s at startup, /readyz explains it', async (_, why, redisUrl) => {
    await askRedis(redis, 'CONFIG', 'SET', 'requirepass', password);
    const url = await serve({ REDIS_URL: redisUrl() });
    await isRefusing(url, why);
  });

  it.each([[':a%2Fb%3F%23%40%25%3A'], ['scim:a%2Fb%3F%23%40%25%3A']])(
    'has a password with special characters, %s connects',
    async (credentials) => {
      const [user = '', secret = ''] = decodeURIComponent(credentials).split(/:(.*)/s);
      await askRedis(redis, 'ACL', 'SETUSER', user || 'default', 'on', `>${secret}`, '~*', '&*', '+@all', '-CONFIG');
      if (user !== '') await askRedis(redis, 'ACL', 'SETUSER', 'default', 'off');
      const url = await serve({ REDIS_URL: redis.url.replace('//', `//${credentials}@`) });
      await eventually(() => takesWebhooks(url));
      await isReady(url);
    },
  );

  it('is a cluster with special characters in its password, the server connects', async () => {
    const secret = 'a/b?#@%:';
    const settings = { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' };
    const cluster = await startRedis({ folder: temporaryFolder('cluster'), settings });
    await askRedis(cluster, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await askRedis(cluster, 'CONFIG', 'SET', 'requirepass', secret);
    const url = await serve({
      REDIS_URL: `redis://:${encodeURIComponent(secret)}@127.0.0.1:${cluster.port}?cluster=true`,
    });
    await eventually(() => takesWebhooks(url));
    await isReady(url);
    await servers.pop()?.stop();
    await cluster.kill();
  });
});

describe('when the queue is in PostgreSQL, and PostgreSQL', () => {
  const troubles = [
    {
      is: 'is read-only',
      why: /\(25006\)\. It is read-only/,
      begin: `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`,
      end: `SET default_transaction_read_only = off;
        DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$`,
    },
    {
      is: 'has a full disk', // in PostgreSQL's own words: a disk of our own takes more rights than a test has
      why: /\(53100\)\. Its disk is full/,
      begin: `CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE 'could not extend file' USING ERRCODE = '53100'; END $$;
        CREATE TRIGGER disk_full BEFORE INSERT ON bullmq.meta FOR EACH ROW EXECUTE FUNCTION disk_full();
        CREATE TRIGGER disk_full BEFORE INSERT ON bullmq.job FOR EACH ROW EXECUTE FUNCTION disk_full()`,
      end: 'DROP FUNCTION disk_full CASCADE',
    },
  ];
  it.each(troubles)('$is, /readyz explains it, and everything recovers without a restart', async (trouble) => {
    const queue = await startTestQueue('postgres', database.url);
    const url = await serve(queue.env);
    await eventually(() => takesWebhooks(url));
    const run = async (sql: string) => {
      for (const statement of sql.split(/;\s*\n/)) await database.database.$executeRawUnsafe(statement);
      await cutOthers(); // a setting of the database is for new connections
    };
    const cutOthers = () => database.database.$executeRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    await run(trouble.begin);
    await isRefusing(url, trouble.why);
    await run(trouble.end);
    await eventually(() => takesWebhooks(url));
    await eventually(() => isReady(url));
    expect(await database.database.$queryRaw`SELECT 1 FROM bullmq.meta WHERE queue = 'trial'`).toEqual([]);
  });
});

withRedis('a worker whose Redis is full', () => {
  it('asks for jobs about once a second', async () => {
    const redis = await startRedis({ folder: temporaryFolder('refusing') });
    const home = { redisUrl: redis.url, databaseUrl: database.url };
    const errors: string[] = [];
    const onError = ({ message }: Error) => void errors.push(message);
    const handled: string[] = [];
    const handle = async ({ id }: { id: string }) => void handled.push(id);
    const producer = connectProducer(home, () => {});
    const job = (id: string) => ({ queue: 'hints', name: 'hint', data: {}, id }) as const;
    await eventually(() => producer.trialWrite());
    await producer.add(Array.from({ length: 20 }, (_, n) => job(`job-${n}`)));
    await askRedis(redis, 'CONFIG', 'SET', 'maxmemory', '1');
    const consumer = consume(home, 'hints', handle, { concurrency: 100, onError, onFailed: () => {} });
    await eventually(() => errors.length > 0);
    const before = await refusedBy(redis);
    const begun = Date.now();
    await eventually(() => Date.now() - begun > 3_000);
    expect((await refusedBy(redis)) - before).toBeLessThan(20);
    expect(errors.join()).toMatch(/^Redis can't be used: its memory is full/);
    await askRedis(redis, 'CONFIG', 'SET', 'maxmemory', '0');
    await eventually(() => handled.length === 20);
    await Promise.all([consumer.close(), producer.close()]);
    await redis.stop();
  });
});

async function refusedBy(redis: LocalRedis): Promise<number> {
  return Number(/total_error_replies:(\d+)/.exec(String(await askRedis(redis, 'INFO', 'stats')))?.[1]);
}

withRedis('a worker that is closed while Redis is demoted', () => {
  it('leaves no connection that reconnects for ever', async () => {
    const redis = await startRedis({ folder: temporaryFolder('refusing') });
    const home = { redisUrl: redis.url, databaseUrl: database.url };
    const silently = { concurrency: 10, onError: () => {}, onFailed: () => {} };
    const consumers = Array.from({ length: 5 }, () => consume(home, 'hints', async () => {}, silently));
    const clients = async () =>
      String(await askRedis(redis, 'CLIENT', 'LIST', 'TYPE', 'NORMAL'))
        .trim()
        .split('\n').length - 1;
    await eventually(async () => expect(await clients()).toBe(10));
    await askRedis(redis, 'REPLICAOF', '127.0.0.1', '1');
    await eventually(async () => expect(await refusedBy(redis)).toBeGreaterThan(5));
    await Promise.all(consumers.map((consumer) => consumer.close()));
    const received = async () =>
      Number(/total_connections_received:(\d+)/.exec(String(await askRedis(redis, 'INFO', 'stats')))?.[1]);
    const [before, begun] = [await received(), Date.now()];
    await eventually(() => Date.now() - begun > 3_000);
    expect([await clients(), (await received()) - before]).toEqual([0, 2]); // both are ours, here
    await redis.stop();
  });
});
