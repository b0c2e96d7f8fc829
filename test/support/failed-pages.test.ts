import { Redis } from 'ioredis';
import type { QueueName } from '../../src/queue/backend.js';
import { connectProducer } from '../../src/queue/produce.js';
import { eachFailed, type FailedPage, failedPage } from '../../src/replay/failed-jobs.js';
import type { JobFilter } from '../../src/replay/job-filter.js';
import { eventually } from '../helpers/eventually.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { backends, inspectQueue, refuseAll } from '../helpers/queue.js';
import { allFailed, supportOf } from '../helpers/support.js';

jest.setTimeout(120_000);

describe.each(backends)('failed jobs on %s', (backend) => {
  let lab: Lab;
  let parts: ReturnType<typeof supportOf>;
  let organizationId: string;
  let teamId: string;
  let counter = 0;

  beforeEach(async () => {
    lab = await startLab({ backend, worker: false });
    parts = supportOf(lab);
    ({ organizationId, teamId } = await lab.team({ name: 'Acme' }));
  });
  afterEach(async () => {
    await parts.close();
    await lab.stop();
  });

  /** So many at once that several fail in the same millisecond. */
  async function fail(queue: QueueName, count: number, organization = organizationId): Promise<string[]> {
    const ids = Array.from({ length: count }, () => `job-${counter++}`);
    const at = new Date().toISOString();
    const producer = connectProducer(lab.home, () => {});
    await eventually(() => producer.trialWrite());
    for (let i = 0; i < ids.length; i += 1_000)
      await producer.add(
        ids.slice(i, i + 1_000).map((id) => ({
          ...{ queue, name: 'hint', id },
          data: {
            ...{ svixId: id, eventId: id, eventType: 'scim.member.update', sentAt: at, receivedAt: at },
            ...{ organizationId: organization, memberIds: [], memberGone: false },
          },
        })),
      );
    const refusing = refuseAll(lab.home, queue, `refused in ${queue}`);
    await eventually(async () => {
      const states = await inspectQueue(lab.home, queue, (one) => Promise.all(ids.map((id) => one.getJobState(id))));
      return states.every((state) => state === 'failed');
    });
    await refusing.close();
    await producer.close();
    return ids;
  }

  async function pages(limit: number, filter: JobFilter = {}, between: () => Promise<unknown> = async () => {}) {
    const found: FailedPage[] = [];
    for (let from: FailedPage['next'] = null; found.length === 0 || from !== null; ) {
      const page: FailedPage = await failedPage(parts, filter, { limit, lookMax: 10, from });
      found.push(page);
      from = page.next;
      await between();
    }
    return found;
  }

  const idsOf = (page: Pick<FailedPage, 'jobs'>) => page.jobs.map(({ job }) => job.id);

  it('are one list of all queues, the latest first', async () => {
    const first = await fail('hints', 25);
    const second = await fail('leavers', 5);
    const third = await fail('hints', 25);
    const all = await allFailed(parts);
    expect(all).toHaveLength(55);
    const ids = all.map(({ job }) => job.id);
    expect([ids.slice(0, 25).sort(), ids.slice(25, 30).sort(), ids.slice(30).sort()]).toEqual(
      [third, second, first].map((part) => [...part].sort()),
    );
    expect(all[0]?.shown).toMatchObject({ teamId, error: 'refused in hints' });
  });

  it('are seen once each, though others fail while they are read', async () => {
    const ids = await fail('hints', 350);
    const seen: string[] = [];
    for await (const slice of eachFailed(parts)) {
      seen.push(...slice.map(({ job }) => job.id));
      if (seen.length < 350) await fail('hints', 30);
    }
    expect([seen.length, new Set(seen)]).toEqual([350, new Set(ids)]);
  });

  it('come page by page, each once, whatever fails meanwhile', async () => {
    const ids = [...(await fail('hints', 23)), ...(await fail('leavers', 8))];
    const others: string[] = [];
    const found = await pages(4, {}, async () => others.push(...(await fail('hints', 3))));
    expect(found.map(({ jobs }) => jobs.length)).toEqual([4, 4, 4, 4, 4, 4, 4, 3]);
    expect(found.flatMap(idsOf).sort()).toEqual([...ids].sort());
    expect(others.length).toBeGreaterThan(20);
  });

  it('that match come page by page too, and each page ends after it has looked at so many', async () => {
    const beta = await lab.team({ name: 'Beta' });
    const wanted = await fail('hints', 2, beta.organizationId);
    await fail('hints', 30);
    wanted.push(...(await fail('leavers', 1, beta.organizationId)));
    const found = await pages(2, { teamId: beta.teamId });
    expect(found.flatMap(idsOf).sort()).toEqual([...wanted].sort());
    expect(Math.max(...found.map(({ looked }) => looked))).toBe(10);
  });

  it('of a time are found by their time', async () => {
    const before = await fail('hints', 12);
    const since = new Date(Date.parse((await allFailed(parts))[0]?.shown.failedAt ?? '') + 1);
    await eventually(() => Date.now() > since.getTime() + 2);
    const after = await fail('leavers', 3);
    expect((await allFailed(parts, { since })).map(({ job }) => job.id).sort()).toEqual([...after].sort());
    expect((await allFailed(parts, { until: since })).map(({ job }) => job.id).sort()).toEqual([...before].sort());
    expect(await allFailed(parts, { until: new Date(0) })).toEqual([]);
    const page = await failedPage(parts, { since }, { limit: 10, lookMax: 100 });
    expect([page.jobs.length, page.next]).toEqual([3, null]);
  });

  it('of one moment are seen once each, however many they are', async () => {
    if (lab.home.redisUrl === undefined) return; // where BullMQ's own tables can't be bent so easily
    const ids = await fail('hints', 4_000);
    const redis = new Redis(lab.home.redisUrl);
    const pipeline = redis.pipeline();
    for (const id of ids) {
      pipeline.zadd('{scim}:hints:failed', 1_764_000_000_000, id);
      pipeline.hset(`{scim}:hints:${id}`, 'finishedOn', 1_764_000_000_000);
    }
    await pipeline.exec();
    await redis.quit();
    const later = await fail('hints', 3);
    const seen = (await allFailed(parts)).map(({ job }) => job.id);
    expect([seen.length, new Set(seen), seen.slice(0, 3).sort()]).toEqual([
      ...[4_003, new Set([...ids, ...later]), [...later].sort()],
    ]);
  });

  it('are kept with their last words alone', async () => {
    const [id = ''] = await fail('hints', 1);
    const job = await inspectQueue(lab.home, 'hints', (queue) => queue.getJob(id));
    expect(job?.opts.stackTraceLimit).toBe(3);
  });
});
