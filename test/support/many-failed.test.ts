import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { failedPage } from '../../src/replay/failed-jobs.js';
import { batchProgress } from '../../src/replay/replays.js';
import { createSettler } from '../../src/replay/settle-failed.js';
import { startSupport, support } from '../helpers/command.js';
import { testEnv } from '../helpers/config.js';
import { signInSupport } from '../helpers/console.js';
import { eventually } from '../helpers/eventually.js';
import { heapAfterCollection } from '../helpers/heap.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { startProcess, stopProcess, type TestProcess } from '../helpers/processes.js';
import { inspectQueue, refuseAll } from '../helpers/queue.js';
import { supportOf } from '../helpers/support.js';
import { post, signed } from '../helpers/webhook.js';
import { freePort } from '../local/ports.js';
import { hasRedisServer } from '../local/redis.js';

jest.setTimeout(600_000);

/**
 * Three minutes' worth of an outage that lasts longer than four: 20,000 hints of one team have failed for good, each with
 * the nine stacks that earlier versions kept, and one of another team long before them. Production's heap in each process.
 */
const many = 20_000;
const members = 2_000;
const asDeployed = '--max-old-space-size=160';
const withHeap = { NODE_OPTIONS: asDeployed };

const describeWithRedis = hasRedisServer() ? describe : describe.skip;

describeWithRedis('with 20,000 failed jobs', () => {
  let lab: Lab;
  let redis: Redis;
  let sam: Awaited<ReturnType<typeof signInSupport>>;
  let quietJob: string;
  let acme: { teamId: string; organizationId: string };

  beforeAll(async () => {
    lab = await startLab({ backend: 'redis', support: true, worker: false });
    redis = new Redis(String(lab.home.redisUrl));
    sam = await signInSupport(lab);
    acme = await lab.team({ name: 'Acme' });
    const quiet = await lab.team({ name: 'Quiet' });
    const [quietMember] = await people(quiet, 1);
    quietJob = 'msg_quiet';
    await fail([{ id: quietJob, memberId: String(quietMember), organizationId: quiet.organizationId }]);
    const memberIds = await people(acme, members);
    const { organizationId } = acme;
    await fail(
      Array.from({ length: many - 1 }, (_, n) => ({
        ...{ id: `msg_${n}`, memberId: String(memberIds[n % members]), organizationId },
      })),
    );
    await putRight();
  });
  afterAll(async () => {
    await redis.quit();
    await lab.stop();
  });

  /** In Stytch and in Scanner, which agree. */
  async function people({ teamId, organizationId }: typeof acme, count: number): Promise<string[]> {
    const { directory } = lab.emulator;
    const made = directory.silently(() =>
      Array.from({ length: count }, (_, n) =>
        directory.provision(organizationId, {
          userName: `p${n}@${teamId}.example`,
          externalId: `e${n}`,
          name: `P ${n}`,
        }),
      ),
    );
    await lab.database.user.createMany({
      data: made.map(({ member_id, email_address }, n) => ({
        ...{ teamId, stytchMemberId: member_id, email: email_address, name: `P ${n}`, scimExternalId: `e${n}` },
      })),
    });
    return made.map(({ member_id }) => member_id);
  }

  async function fail(hints: { id: string; memberId: string; organizationId: string }[]): Promise<void> {
    const at = new Date().toISOString();
    const jobs = hints.map(({ id, memberId, organizationId }) => ({
      name: 'hint',
      data: {
        ...{ svixId: id, eventId: `event-${id}`, eventType: 'scim.member.update', sentAt: at, receivedAt: at },
        ...{ organizationId, memberIds: [memberId], memberGone: false },
      },
      opts: { jobId: id, attempts: 9 },
    }));
    await inspectQueue(lab.home, 'hints', async (queue) => {
      for (let i = 0; i < jobs.length; i += 2_000) await queue.addBulk(jobs.slice(i, i + 2_000));
      const before = await queue.getFailedCount();
      const refusing = refuseAll(lab.home, 'hints', 'Stytch members.search: 500 (request-id-test-1)');
      await eventually(async () => (await queue.getFailedCount()) === before + jobs.length, 120_000);
      await refusing.close();
      await withNineStacks(queue, hints);
    });
  }

  async function withNineStacks(queue: Queue, hints: { id: string }[]): Promise<void> {
    const stack = `Error: Stytch members.search: 500\n${'    at tellable (/app/dist/src/queue/consume.js:60:11)\n'.repeat(10)}`;
    for (let i = 0; i < hints.length; i += 1_000) {
      const pipeline = redis.pipeline();
      for (const { id } of hints.slice(i, i + 1_000))
        pipeline.hset(queue.toKey(id), 'stacktrace', JSON.stringify(Array(9).fill(stack)));
      await pipeline.exec();
    }
  }

  /** As the sweep after the outage does that finds everybody right. */
  async function putRight(): Promise<void> {
    await lab.database.$executeRaw`UPDATE users SET observed_at = clock_timestamp()`;
  }

  describe('the server', () => {
    let server: TestProcess;
    let url: string;

    beforeAll(async () => {
      const port = await freePort();
      const options = { NODE_OPTIONS: `${asDeployed} --max-semi-space-size=32 --inspect=127.0.0.1:0` };
      server = await startProcess('server', testEnv({ ...lab.env, ...options, PORT: String(port), LOG_LEVEL: 'info' }));
      url = `http://127.0.0.1:${port}`;
      await eventually(async () => (await fetch(`${url}/readyz`)).status === 200);
    });
    afterAll(() => stopProcess(server));

    async function ask(path: string, form?: Record<string, string>) {
      let [isOver, slowest] = [false, 0];
      const beside = (async () => {
        do {
          const { status, ms } = await post(url, signed());
          expect(status).toBe(202);
          slowest = Math.max(slowest, ms);
        } while (!isOver);
      })();
      const headers = { cookie: `stytch_session_jwt=${sam.jwt}`, 'sec-fetch-site': 'same-origin' };
      const sent = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) };
      const response = await fetch(`${url}/support${path}`, { headers, redirect: 'manual', ...sent });
      const text = await response.text();
      isOver = true;
      await beside;
      expect(slowest).toBeLessThan(2_000);
      return { status: response.status, text };
    }

    it.each([
      ['/', 'Of the latest 200 of 20,000.'],
      ['/live', 'Of the latest 200 of 20,000.'],
      ['/failed', '20,000 jobs have failed.'],
      ['/failed?error=request-id', '50 jobs match, of 50 looked at; 20,000 jobs have failed in all.'],
      ['/failed?error=nowhere', 'Looked at 5,000 jobs: none matches.'],
      ['/failed?until=2020-01-01', 'No failed job matches.'],
      ['/jobs/msg_1', 'Already right'],
      ['/why?who=nobody@acme.example', 'Neither Scanner nor Stytch knows'],
    ])('shows %s', async (path, words) => {
      const { text } = await ask(path);
      expect(text).toContain(words);
      expect(text.length).toBeLessThan(100_000);
    });

    it('finds the oldest job, from page to page', async () => {
      let [path, pages, text] = ['/failed?team=Quiet', 0, ''];
      for (; path !== '' && !text.includes(quietJob); pages++) {
        ({ text } = await ask(path));
        path = /href="\/support(\/failed\?[^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
      }
      expect([text.includes(`/support/jobs/${quietJob}`), pages]).toEqual([true, 4]);
    });

    it('shows why, with the failed jobs of the person, however old', async () => {
      const job = await inspectQueue(lab.home, 'hints', (queue) => queue.getJob(quietJob));
      const { status, text } = await ask(`/why?who=${job?.data.memberIds[0]}`);
      expect([status, text.includes(`Look at ${quietJob}, and replay it`)]).toEqual([200, true]);
    });

    it('previews as many as a page shows', async () => {
      const { status, text } = await ask('/preview', { which: 'all' });
      expect([status, text.includes('Of the latest 200 jobs; there are more.')]).toEqual([200, true]);
      expect(text.length).toBeLessThan(200_000);
    });

    it('keeps none of them in memory', async () => {
      expect(server.child.exitCode).toBeNull();
      expect(await heapAfterCollection(server)).toBeLessThan(90_000_000);
    });
  });

  describe('the command line', () => {
    it('writes them all, however slowly they are read', async () => {
      const child = startSupport({ ...lab.env, ...withHeap }, 'failed', '--json');
      const read: Buffer[] = [];
      for await (const chunk of child.stdout) {
        read.push(chunk);
        if (read.length % 20 === 0) await sleep(1);
      }
      const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
      const { jobs } = JSON.parse(Buffer.concat(read).toString());
      expect([code, jobs.length, new Set(jobs.map(({ id }: { id: string }) => id)).size]).toEqual([0, many, many]);
      const times = jobs.map(({ failedAt }: { failedAt: string }) => failedAt);
      expect(times).toEqual([...times].sort().reverse());
      expect(jobs.at(-1)).toMatchObject({ id: quietJob, attempts: 1, eventType: 'scim.member.update' });
    });

    it('ends quietly when nobody reads its output any more', async () => {
      const child = startSupport({ ...lab.env, ...withHeap }, 'failed', '--json');
      const errors: string[] = [];
      child.stderr.on('data', (chunk) => errors.push(String(chunk)));
      child.stdout.once('data', () => child.stdout.destroy());
      const [code] = await once(child, 'close');
      const said = errors.join('').replace(/^\[Stytch\] Warning.*\n/gm, ''); // of the emulator's address
      expect([code, said]).toEqual([141, '']);
    });

    it('shows the latest for people, and how to see the others', async () => {
      const { code, stdout } = await support(lab.env, 'failed');
      expect(stdout.split('\n').length).toBeLessThan(110);
      const [, until = ''] = /The latest 100 of 20,000 jobs. Older ones: --until (\S+); all: --json/.exec(stdout) ?? [];
      const older = await support(lab.env, 'failed', '--until', until);
      expect([code, older.stdout.includes('The latest 100 of')]).toEqual([0, true]);
      expect(older.stdout).not.toContain(/^msg_\S+/m.exec(stdout)?.[0]);
    });

    it('says in the JSON itself when the queue goes away in the middle', async () => {
      const child = startSupport({ ...lab.env, ...withHeap }, 'failed', '--json');
      const read: string[] = [];
      child.stdout.on('data', (chunk) => read.push(String(chunk)));
      await once(child.stdout, 'data');
      await redis.config('SET', 'maxclients', '1');
      await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      const [code] = await once(child, 'close');
      await redis.config('SET', 'maxclients', '10000');
      const { jobs, error } = JSON.parse(read.join(''));
      expect([code, jobs.length > 0, jobs.length < many]).toEqual([1, true, true]);
      expect(error).toEqual({ code: 'unavailable', message: expect.stringMatching(/The queue|Redis/) });
    });
  });

  describe('a worker', () => {
    it('settles repaired jobs, a part each minute, each team its share, and survives', async () => {
      const worker = await startProcess(
        'worker',
        testEnv({ ...lab.env, NODE_OPTIONS: `${asDeployed} --inspect=127.0.0.1:0`, LOG_LEVEL: 'info' }),
      );
      const settled = () => lab.database.replay.count({ where: { batch: { actor: 'scanner-scim' } } });
      await eventually(async () => (await settled()) > 0, 90_000);
      expect(await settled()).toBeLessThanOrEqual(1_000);
      expect(worker.child.exitCode).toBeNull();
      expect(await heapAfterCollection(worker)).toBeLessThan(120_000_000);
      await stopProcess(worker);
    });
  });

  it('settling sees all of them in four runs, and leaves each team its share', async () => {
    await supportOfLab(async (parts) => {
      const settle = createSettler(parts);
      for (let run = 0; run < 4; run++) expect((await settle()).settled).toBeLessThanOrEqual(1_000);
    });
    expect(await lab.database.replay.count({ where: { jobId: quietJob } })).toBe(1);
  });

  describe('a replay of all', () => {
    it('is filed and answered within the heap', async () => {
      const words = [
        'replay',
        '--failed',
        '--reason',
        'the outage is over',
        '--actor',
        'sam@scanner.dev',
        '--wait',
        '0',
      ];
      const run = async () => {
        const child = startSupport({ ...lab.env, ...withHeap }, ...words, '--json');
        const read: Buffer[] = [];
        for await (const chunk of child.stdout) read.push(chunk);
        const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
        return { code, ...JSON.parse(Buffer.concat(read).toString()) };
      };
      const failed = (await supportOfLab(async (parts) => failedPage(parts, {}, { limit: 1, lookMax: many + 1 })))
        .looked;
      const first = await run();
      expect([first.code, first.replayed]).toEqual([3, []]);
      expect(await lab.database.replay.count({ where: { state: { not: 'done' } } })).toBeGreaterThanOrEqual(failed);
      const batch = await lab.database.replayBatch.findFirstOrThrow({ where: { actor: 'sam@scanner.dev' } });
      const progress = await supportOfLab((parts) => batchProgress(parts.database, batch.id, 10_000));
      expect([progress.total > many / 2, progress.answers.length, progress.done]).toEqual([true, 100, 0]);
      const again = await run();
      expect([again.code, again.replayed, again.skipped.length, again.skippedMore > 0]).toEqual([3, [], 10_000, true]);
    });
  });

  async function supportOfLab<T>(ask: (parts: ReturnType<typeof supportOf>) => Promise<T>): Promise<T> {
    const parts = supportOf(lab);
    try {
      return await ask(parts);
    } finally {
      await parts.close();
    }
  }
});
