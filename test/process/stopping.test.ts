import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { testEnv } from '../helpers/config.js';
import { createTestDatabase } from '../helpers/database.js';
import { eventually, eventuallySame } from '../helpers/eventually.js';
import { startProcess, stopProcess, type TestProcess } from '../helpers/processes.js';
import { backends, startTestQueue } from '../helpers/queue.js';
import { memberEvent, post, signed } from '../helpers/webhook.js';
import { freePort } from '../local/ports.js';

type Queue = Awaited<ReturnType<typeof startTestQueue>>;
type TestDatabase = Awaited<ReturnType<typeof createTestDatabase>>;

/** Nothing is there to be asked: what is looked at is what becomes of hints, not of members. */
const nowhere = { STYTCH_BASE_URL: 'http://127.0.0.1:1', LOG_LEVEL: 'info' };

type Place = { database: TestDatabase; queue: Queue };

/** A server of its own for each test: they mostly wait for a process to start or to stop, so they run side by side. */
async function withProcess(play: (start: Start, place: Place) => Promise<void>): Promise<void> {
  const processes: TestProcess[] = [];
  const database = await createTestDatabase();
  const queue = await startTestQueue(backends[0], database.url);
  const start: Start = async (name, env) => {
    const port = await freePort();
    const one = await startProcess(name, testEnv({ ...queue.env, ...nowhere, ...env, PORT: String(port) }));
    processes.push(one);
    const url = `http://127.0.0.1:${port}`;
    if (name === 'server') await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200));
    return { one, url };
  };
  try {
    await play(start, { database, queue });
  } finally {
    for (const one of processes) one.kill('SIGKILL');
    await Promise.all(processes.map(({ exited }) => exited));
    await queue.stop();
    await database.drop();
  }
}

type Start = (name: 'server' | 'worker', env?: Record<string, string>) => Promise<{ one: TestProcess; url: string }>;

/** A request whose body never comes to its end. */
async function hang(url: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write('POST /webhooks/stytch HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n');
  socket.write('svix-id: msg_1\r\nsvix-signature: v1,abc\r\n');
  socket.write(`svix-timestamp: ${Math.floor(Date.now() / 1000)}\r\n\r\nbegun`);
  return socket;
}

/** Before the fleet, because tests that run side by side begin together with the file. */
describe('one process', () => {
  jest.setTimeout(240_000);

  it.concurrent('after SIGTERM is not ready, still accepts, closes connections, and then stops gracefully', () =>
    withProcess(async (start) => {
      const { one, url } = await start('server', { DRAIN_SECONDS: '4' });
      one.kill('SIGTERM');
      await eventually(async () => {
        const answer = await fetch(`${url}/readyz`);
        expect(answer.status).toBe(503);
        expect(answer.headers.get('connection')).toBe('close');
        expect(await answer.json()).toMatchObject({ ready: false, stopping: true, dependencies: { queue: 'ok' } });
      });
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      expect(await post(url, signed())).toMatchObject({ status: 202 });
      expect(await one.exited).toBe(0);
    }));

  it.concurrent('after Ctrl-C stops without draining', () =>
    withProcess(async (start) => {
      const { one } = await start('server', { DRAIN_SECONDS: '600' });
      one.kill('SIGINT');
      expect(await one.exited).toBe(0);
    }));

  it.concurrent('stops although a request never ends', () =>
    withProcess(async (start) => {
      const { one, url } = await start('server', { DRAIN_SECONDS: '0' });
      const socket = await hang(url);
      one.kill('SIGTERM');
      expect(await one.exited).toBe(0);
      expect(one.output()).not.toContain('shutdown timed out');
      socket.destroy();
    }));

  const withRedis = backends.length === 2 ? it.concurrent : it.concurrent.skip;
  withRedis('as a worker, stops although the queue does not answer', () =>
    withProcess(async (start, { queue }) => {
      const { one } = await start('worker');
      const redis = Number(queue.redis?.pid());
      process.kill(redis, 'SIGSTOP');
      one.kill('SIGTERM');
      const code = await one.exited;
      process.kill(redis, 'SIGCONT');
      expect([code, one.output()]).toEqual([0, expect.not.stringContaining('shutdown timed out')]);
    }),
  );

  it.concurrent('exits at once on the second signal', () =>
    withProcess(async (start) => {
      const { one, url } = await start('server', { DRAIN_SECONDS: '600' });
      const socket = await hang(url);
      one.kill('SIGTERM');
      await eventually(() => one.output().includes('"msg":"stopping"'));
      one.kill('SIGTERM');
      expect(await one.exited).toBe(1);
      expect(one.output()).toContain('second signal: exiting at once');
      socket.destroy();
    }));
});

/** One backend is enough: what a worker leaves behind on the other is tried with `kill -9` in test/faults. */
describe('a fleet', () => {
  let database: TestDatabase;
  let queue: Queue;
  let balancer: ReturnType<typeof startBalancer>;
  const fleet: TestProcess[] = [];
  beforeEach(async () => {
    database = await createTestDatabase();
    queue = await startTestQueue(backends[0], database.url);
  });
  afterEach(async () => {
    await balancer.stop();
    for (const one of fleet.splice(0)) {
      one.kill('SIGKILL');
      await one.exited;
    }
    await queue.stop();
    await database.drop();
  });

  it('a rolling restart under load breaks no connection, loses nothing and stops gracefully', async () => {
    const env = testEnv({ ...queue.env, ...nowhere, DRAIN_SECONDS: '4' });
    const ports = [await freePort(), await freePort()];
    const serverOn = (port: number) => startProcess('server', { ...env, PORT: String(port) });
    fleet.push(
      ...(await Promise.all([...ports.map(serverOn), startProcess('worker', env), startProcess('worker', env)])),
    );
    balancer = startBalancer(ports);
    const organizationId = 'organization-test-unknown';
    const accepted: string[] = [];
    const broken: string[] = [];
    let rolled = false;
    const postNext = async () => {
      while (!rolled || accepted.length < 1_000) {
        const request = signed(memberEvent({ object_type: 'organization', id: organizationId, member: undefined }));
        const url = await balancer.next();
        const answer = await post(url, request).catch((error) => ({ status: String(error.cause ?? error) }));
        // 503 is an honest answer of a queue that is slow just now; a connection that breaks is not.
        if (answer.status === 202) accepted.push(String(request.headers['svix-id']));
        else if (answer.status !== 503) broken.push(String(answer.status));
        await sleep(40); // a steady load, of about 100 a second, that leaves the machine time for the restarts
      }
    };
    const load = Promise.all(Array.from({ length: 4 }, postNext));
    for (const [n, one] of fleet.entries()) {
      await stopProcess(one);
      fleet[n] = n < ports.length ? await serverOn(Number(ports[n])) : await startProcess('worker', env);
      await balancer.sees(ports);
    }
    rolled = true;
    await load;
    expect(broken).toEqual([]);
    await eventuallySame(() => unrecorded(database, accepted), [], 120_000);
    await Promise.all(fleet.map(stopProcess));
  }, 600_000);
});

/**
 * Takes turns among those that said 200 at /readyz a moment ago, as load balancers do; one that did not is left out.
 * A word older than `believedMs` is no word: this process, too, may have stood still for longer than a drain takes.
 */
function startBalancer(ports: readonly number[]) {
  const readyAt = new Map<number, number>();
  let turn = 0;
  let stopped = false;
  const probe = async (port: number) => {
    while (!stopped) {
      const askedAt = Date.now();
      const signal = AbortSignal.timeout(believedMs);
      const status = await fetch(`http://127.0.0.1:${port}/readyz`, { signal }).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 200) readyAt.set(port, askedAt);
      else readyAt.delete(port);
      await sleep(100);
    }
  };
  const probing = Promise.all(ports.map(probe));
  const ready = () => ports.filter((port) => Date.now() - (readyAt.get(port) ?? 0) < believedMs);
  return {
    next: async () => {
      await eventually(() => ready().length > 0, 60_000); // a machine that is busy may be late with both answers
      const among = ready();
      return `http://127.0.0.1:${among[turn++ % among.length]}`;
    },
    sees: (all: readonly number[]) => eventually(() => ready().length === all.length, 60_000),
    stop: async () => {
      stopped = true;
      await probing;
    },
  };
}

/** Half of DRAIN_SECONDS: so nobody is sent to a server that has stopped. */
const believedMs = 2_000;

async function unrecorded({ database }: TestDatabase, accepted: readonly string[]): Promise<string[]> {
  const events = await database.syncEvent.findMany({ where: { trigger: 'hint' }, select: { svixId: true } });
  const known = new Set(events.map(({ svixId }) => svixId));
  return accepted.filter((svixId) => !known.has(svixId));
}
