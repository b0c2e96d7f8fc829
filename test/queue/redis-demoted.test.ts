import { type Consumer, consume } from '../../src/queue/consume.js';
import { inspectQueues } from '../../src/queue/inspect.js';
import { connectProducer } from '../../src/queue/produce.js';
import { startServer } from '../../src/server.js';
import { silent, testConfig } from '../helpers/config.js';
import { eventually } from '../helpers/eventually.js';
import { startTestRedis } from '../helpers/queue.js';
import { askRedis } from '../helpers/redis-troubles.js';
import { post, signed } from '../helpers/webhook.js';
import { startWire, type Wire } from '../helpers/wire.js';
import { hasRedisServer, type LocalRedis } from '../local/redis.js';

const withRedis = hasRedisServer() ? describe : describe.skip;
/** The longest that a connection stays with a server that refuses it, and a second for all else. */
const noticedWithinMs = 6_000;

withRedis('a Redis that is demoted while connections are open', () => {
  let first: LocalRedis;
  let second: LocalRedis;
  let wire: Wire;
  let ends: (() => Promise<unknown>)[];
  let home: { redisUrl: string; databaseUrl: string };
  let handled: string[];
  let reconnects: number;

  beforeEach(async () => {
    [first, second] = [await startTestRedis(), await startTestRedis()];
    await replicate(second, first);
    wire = await startWire(first.port);
    home = { redisUrl: `redis://127.0.0.1:${wire.port}`, databaseUrl: 'postgresql://nobody@127.0.0.1:1/none' };
    ends = [];
    handled = [];
    reconnects = 0;
  });
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    await wire.stop();
    await Promise.all([first.stop(), second.stop()]);
  });

  /** Everything that this project connects to Redis with: a server with its pages, a worker, a producer that listens. */
  async function connectAll() {
    const server = await startServer(testConfig({ REDIS_URL: home.redisUrl, DATABASE_URL: home.databaseUrl }), silent, {
      schedules: false,
    });
    const consumer = startConsumer();
    const producer = connectProducer(
      home,
      () => {},
      () => reconnects++,
    );
    const inspector = inspectQueues(home, () => {});
    ends.push(server.stop, consumer.close, producer.close, inspector.close);
    const url = `http://127.0.0.1:${server.port}`;
    await eventually(() => takes(url));
    await eventually(() => handled.length > 0);
    await inspector.counts();
    await producer.trialWrite();
    return { url, producer, inspector };
  }
  function startConsumer(): Consumer {
    const handle = async ({ id }: { id: string }) => void handled.push(id);
    return consume(home, 'hints', handle, { concurrency: 10, onError: () => {}, onFailed: () => {} });
  }
  async function takes(url: string): Promise<string> {
    const request = signed();
    expect(await post(url, request)).toMatchObject({ status: 202 });
    return String(request.headers['svix-id']);
  }
  async function isHandled(url: string): Promise<void> {
    const id = await takes(url);
    await eventually(() => handled.includes(id), 15_000);
  }

  it('is left by every connection for the new master at its address, without a restart', async () => {
    const { url } = await connectAll();
    await askRedis(second, 'REPLICAOF', 'NO', 'ONE');
    wire.moveTo(second.port);
    await askRedis(first, 'REPLICAOF', '127.0.0.1', String(second.port));
    await eventually(() => takes(url), noticedWithinMs);
    await isHandled(url);
    await eventually(async () => expect(await strangersOf(first)).toEqual([]), 3 * noticedWithinMs);
    expect(await askRedis(second, 'EXISTS', `{scim}:hints:${await takes(url)}`)).toBe(1);
    expect(reconnects).toBeGreaterThan(0); // whoever listens is told that the queue may have lost something
  });

  it('is left also when its address changes later', async () => {
    const { url, producer } = await connectAll();
    await askRedis(second, 'REPLICAOF', 'NO', 'ONE');
    await askRedis(first, 'REPLICAOF', '127.0.0.1', String(second.port));
    for (let n = 0; n < 3; n++) {
      expect(await post(url, signed())).toMatchObject({ status: 503 });
      await expect(producer.trialWrite()).rejects.toMatchObject({
        message: expect.stringMatching(/READONLY|closed the connection|reached/),
      });
    }
    wire.moveTo(second.port);
    await eventually(() => takes(url), noticedWithinMs);
    await isHandled(url);
    await eventually(async () => expect(await strangersOf(first)).toEqual([]), 3 * noticedWithinMs);
  });

  it('is used again after it is promoted again', async () => {
    const { url } = await connectAll();
    await askRedis(first, 'REPLICAOF', '127.0.0.1', '1');
    await eventually(async () => expect(await post(url, signed())).toMatchObject({ status: 503 }));
    await askRedis(first, 'REPLICAOF', 'NO', 'ONE');
    await eventually(() => takes(url), noticedWithinMs);
    await isHandled(url);
  });

  it('causes a few reconnects, not one for each command', async () => {
    const { producer } = await connectAll();
    await askRedis(first, 'REPLICAOF', '127.0.0.1', '1');
    const before = await connectionsReceived(first);
    const end = Date.now() + 4_000;
    while (Date.now() < end) {
      await producer.trialWrite().catch(() => {});
      await new Promise(setImmediate); // what fails at once leaves the connections no time
    }
    // Seven connections, each made anew twice at most, and those that ask here.
    expect((await connectionsReceived(first)) - before).toBeLessThan(30);
  });
});

async function replicate(replica: LocalRedis, master: LocalRedis): Promise<void> {
  await askRedis(replica, 'REPLICAOF', '127.0.0.1', String(master.port));
  await eventually(async () =>
    expect(String(await askRedis(replica, 'INFO', 'replication'))).toContain('master_link_status:up'),
  );
}

/** Its clients, but for whoever asks. */
async function strangersOf(redis: LocalRedis): Promise<string[]> {
  const clients = String(await askRedis(redis, 'CLIENT', 'LIST', 'TYPE', 'NORMAL'))
    .trim()
    .split('\n');
  return clients.filter((client) => !client.includes('cmd=client|list'));
}

async function connectionsReceived(redis: LocalRedis): Promise<number> {
  return Number(/total_connections_received:(\d+)/.exec(String(await askRedis(redis, 'INFO', 'stats')))?.[1]);
}
