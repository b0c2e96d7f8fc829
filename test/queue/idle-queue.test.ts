import { Redis } from 'ioredis';
import { consume } from '../../src/queue/consume.js';
import { connectProducer, type NewJob, type Producer } from '../../src/queue/produce.js';
import { eventually } from '../helpers/eventually.js';
import { backends, inspectQueue, startTestRedis } from '../helpers/queue.js';
import type { LocalRedis } from '../local/redis.js';

const withRedis = backends.length === 2 ? describe : describe.skip;

withRedis('a queue on Redis', () => {
  let redis: LocalRedis;
  let queue: Producer;
  let client: Redis;
  const home = () => ({ redisUrl: redis.url, databaseUrl: '' });
  beforeAll(async () => {
    redis = await startTestRedis();
    queue = connectProducer(home(), () => {});
    client = new Redis(redis.url);
    await eventually(() => queue.trialWrite());
  });
  afterAll(async () => {
    client.disconnect();
    await queue.close();
    await redis.stop();
  });

  const silently = { concurrency: 1, onError: () => {}, onFailed: () => {} };
  const job: NewJob = { queue: 'hints', name: 'hint', data: {} };
  /** BullMQ notes each of its checks for stalled jobs, for 5 s. */
  const hasChecked = async (name: 'hints' | 'rereads') => (await client.exists(`{scim}:${name}:stalled-check`)) === 1;
  const waits = (name: 'hints' | 'rereads') =>
    inspectQueue(home(), name, async (one) => (await one.getWorkers()).length > 0);

  it('is checked for jobs of dead workers while a job is active, and costs nothing while none is', async () => {
    let finish = () => {};
    const handle = () => new Promise<void>((resolve) => (finish = resolve));
    const idle = consume(home(), 'rereads', async () => {}, silently);
    await queue.add([job]);
    const busy = consume(home(), 'hints', handle, silently);
    await eventually(() => waits('rereads'));
    await eventually(() => hasChecked('hints'), 15_000);
    expect(await hasChecked('rereads')).toBe(false);
    finish();
    await Promise.all([idle.close(), busy.close()]);
  });

  it('has its pending jobs counted, and read only when there are any', async () => {
    expect(await queue.pending()).toEqual([]);
    await queue.add([{ ...job, id: 'one' }]);
    expect(await queue.pending()).toContainEqual({ id: 'one', data: {} });
  });
});
