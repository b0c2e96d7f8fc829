import { join } from 'node:path';
import { startServer } from '../../src/server.js';
import { silent, testConfig } from '../helpers/config.js';
import { createTestDatabase } from '../helpers/database.js';
import { eventually } from '../helpers/eventually.js';
import { temporaryFolder } from '../helpers/folders.js';
import { backends, inspectQueue, startTestQueue, startTestRedis } from '../helpers/queue.js';
import { post, signed } from '../helpers/webhook.js';
import { startPostgres } from '../local/postgres.js';

const refused = { status: 503, body: { error: { code: 'queue_unavailable' } } };

/** Each time, and within two seconds; a machine that stands still for a while may have more than one try at the time. */
async function expectRefusal(url: string): Promise<void> {
  const times: number[] = [];
  while (times.length < 5 && !times.some((ms) => ms < 2_000)) {
    const answer = await post(url, signed());
    expect(answer).toMatchObject(refused);
    times.push(answer.ms);
  }
  expect(Math.min(...times)).toBeLessThan(2_000);
}

const withRedis = backends.length === 2 ? describe : describe.skip;

withRedis('when Redis', () => {
  let redis: Awaited<ReturnType<typeof startTestRedis>>;
  let server: Awaited<ReturnType<typeof startServer>>;
  let url: string;

  const home = () => ({ redisUrl: redis.url, databaseUrl: 'postgresql://nobody@127.0.0.1:1/none' });

  beforeEach(async () => {
    redis = await startTestRedis();
    server = await startServer(testConfig({ REDIS_URL: redis.url, DATABASE_URL: home().databaseUrl }), silent);
    url = `http://127.0.0.1:${server.port}`;
    await eventually(async () => expect(await post(url, signed())).toMatchObject({ status: 202 }));
  });
  afterEach(async () => {
    await server.stop();
    await redis.stop();
  });

  it('is down, answers 503 within two seconds, and 202 again when it is back; accepted events are still there', async () => {
    const accepted = signed();
    await post(url, accepted);
    await redis.stop();
    await expectRefusal(url);
    await expectRefusal(url);
    await redis.start();
    await eventually(async () => expect(await post(url, signed())).toMatchObject({ status: 202 }));
    const job = await inspectQueue(home(), 'hints', (hints) => hints.getJob(String(accepted.headers['svix-id'])));
    expect(job).toBeDefined();
  });

  it('hangs, answers 503 within two seconds, and 202 again when it continues', async () => {
    process.kill(redis.pid(), 'SIGSTOP');
    await expectRefusal(url);
    process.kill(redis.pid(), 'SIGCONT');
    await eventually(async () => expect(await post(url, signed())).toMatchObject({ status: 202 }));
  });

  it('is not up yet at startup, answers 503, and 202 as soon as it is', async () => {
    await redis.stop();
    const early = await startServer(testConfig({ REDIS_URL: redis.url, DATABASE_URL: home().databaseUrl }), silent);
    const earlyUrl = `http://127.0.0.1:${early.port}`;
    await expectRefusal(earlyUrl);
    expect((await fetch(`${earlyUrl}/healthz`)).status).toBe(200);
    await redis.start();
    await eventually(async () => expect(await post(earlyUrl, signed())).toMatchObject({ status: 202 }));
    await early.stop();
  });

  it('names the missing dependency at /readyz', async () => {
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({
      ready: false,
      dependencies: { queue: 'ok', database: expect.stringContaining('The Scanner database did not answer') },
    });
    const readyForWebhooks = await fetch(`${url}/readyz?of=queue`);
    expect(readyForWebhooks.status).toBe(200);
    expect(await readyForWebhooks.json()).toEqual({ ready: true, dependencies: { queue: 'ok' } });
  });
});

it('when the queue is in PostgreSQL and PostgreSQL is down: 503 within two seconds, and 202 again when it is back', async () => {
  const postgres = await startPostgres({ folder: join(temporaryFolder('outage'), 'postgres') });
  const queue = await startTestQueue('postgres', postgres.url());
  const server = await startServer(testConfig(queue.env), silent);
  const url = `http://127.0.0.1:${server.port}`;
  await eventually(async () => expect(await post(url, signed())).toMatchObject({ status: 202 }));
  await postgres.stop('immediate');
  await expectRefusal(url);
  await postgres.start();
  await eventually(async () => expect(await post(url, signed())).toMatchObject({ status: 202 }));
  await server.stop();
  await postgres.stop();
});

it('a connection to PostgreSQL that is lost while BullMQ checks its tables does not end the process', async () => {
  const database = await createTestDatabase();
  const queue = await startTestQueue('postgres', database.url);
  await database.database.$transaction(async (holder) => {
    await holder.$executeRaw`LOCK TABLE bullmq.migration IN ACCESS EXCLUSIVE MODE`;
    const server = await startServer(testConfig(queue.env), silent);
    await eventually(async () => {
      const ended = await database.database.$queryRaw`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'relation'`;
      return (ended as unknown[]).length > 0;
    });
    await server.stop();
  });
  await database.drop();
});
