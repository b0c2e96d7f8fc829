import { startEmulator } from '../emulator/emulator.js';
import { support } from '../helpers/command.js';
import { testEnv } from '../helpers/config.js';
import { createTestDatabase } from '../helpers/database.js';
import { eventually } from '../helpers/eventually.js';
import { startProcess, stopProcess, type TestProcess } from '../helpers/processes.js';
import { backends } from '../helpers/queue.js';
import { startCluster, type TestCluster } from '../helpers/redis-cluster.js';
import { rowsOf, seedTeam } from '../helpers/rows.js';
import { memberEvent, post, projectId, secret, signed } from '../helpers/webhook.js';
import { freePort } from '../local/ports.js';

const onRedis = (backends as readonly string[]).includes('redis') ? describe : describe.skip;

onRedis('with the queue on a Redis Cluster of three nodes', () => {
  jest.setTimeout(300_000);
  let cluster: TestCluster;
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let emulator: Awaited<ReturnType<typeof startEmulator>>;
  let server: TestProcess;
  let worker: TestProcess;
  let env: Record<string, string | undefined>;
  let url: string;
  let organizationId: string;

  beforeAll(async () => {
    cluster = await startCluster();
    database = await createTestDatabase();
    emulator = await startEmulator({ projectId, secret: 'secret-test' });
    ({ organization_id: organizationId } = emulator.organizations.create({ name: 'Acme' }));
    await seedTeam(database.database, { name: 'Acme', organizationId, roles: ['scim:analyst'] });
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    // The worker names two of three, the server only one, and says that it is of a cluster: the rest is found through them.
    const [one, ...others] = cluster.nodes.slice(1).map((node) => node.url);
    const REDIS_URL = [one, ...others].join(',');
    const marked = `${one}?cluster=true`;
    env = testEnv({
      DATABASE_URL: database.url,
      REDIS_URL,
      STYTCH_BASE_URL: emulator.url,
      LOG_LEVEL: 'info',
      PORT: String(port),
    });
    [server, worker] = await Promise.all([
      startProcess('server', { ...env, REDIS_URL: marked }),
      startProcess('worker', env),
    ]);
    await eventually(async () => (await fetch(`${url}/readyz`)).status === 200, 60_000);
    emulator.webhooks.setEndpoint({ url: `${url}/webhooks/stytch`, secrets: [secret] });
  }, 240_000);
  afterAll(async () => {
    try {
      await Promise.all([server, worker].map(stopProcess));
    } finally {
      await emulator.stop();
      await database.drop();
      await cluster.stop();
    }
  });

  const rows = async () =>
    (await rowsOf(database.database)).map(({ user, status, grants }) => ({ user, status, grants }));
  const join = (name: string) =>
    emulator.directory.provision(organizationId, { userName: `${name}@acme.example`, roles: ['analyst'] }).member_id;

  it('an event is handled, with all queues in one slot', async () => {
    join('ada');
    const ada = { user: 'ada@acme.example', status: 'active', grants: ['scim:analyst (scim)'] };
    await eventually(async () => expect(await rows()).toEqual([ada]), 60_000);
    const keys = await cluster.keys();
    expect(keys.flat().length).toBeGreaterThan(5);
    expect(keys.flat().filter((key) => !key.startsWith('{scim}:'))).toEqual([]);
    expect(keys.filter((one) => one.length > 0)).toHaveLength(1);
  });

  it('failed jobs are listed and replayed', async () => {
    const grace = emulator.directory.silently(() => join('grace'));
    const recover = emulator.faults.failWhile('members.dangerouslyGet', { status: 400, error_type: 'bad_request' });
    const request = signed(memberEvent({ id: grace, member: { organization_id: organizationId } }));
    expect((await post(url, request)).status).toBe(202);
    const id = request.headers['svix-id'];
    const failed = { jobs: expect.arrayContaining([expect.objectContaining({ id, memberId: grace })]) };
    await eventually(async () => expect((await support(env, 'failed', '--json')).json).toEqual(failed), 60_000);
    recover();
    const replayed = await support(env, 'replay', String(id), '--reason', 'ticket 4711', '--json');
    // The sweep that every worker begins with may have been there first.
    const result = expect.stringMatching(/^(changed|already right)$/);
    expect(replayed.json).toMatchObject({ replayed: [{ id, result }], skipped: [] });
    expect(await rows()).toContainEqual({
      user: 'grace@acme.example',
      status: 'active',
      grants: ['scim:analyst (scim)'],
    });
  });

  it('while a node is down the answer is 503 within two seconds; when it is back everything recovers, and every team is swept', async () => {
    const keys = await cluster.keys();
    const ours = cluster.nodes[keys.findIndex((one) => one.length > 0)];
    const gaps = () => worker.output().split('"what":"queue"').length;
    const before = gaps();
    await ours?.kill();
    await eventually(async () => {
      const { status, ms } = await post(url, signed());
      expect([status, ms < 2_000]).toEqual([503, true]);
    });
    await ours?.start();
    await eventually(async () => (await post(url, signed())).status === 202, 60_000);
    await eventually(() => gaps() > before, 60_000);
    join('joan');
    await eventually(async () => expect((await rows()).map(({ user }) => user)).toContain('joan@acme.example'), 60_000);
  });

  it('a replica replaces a lost master, and every team is swept', async () => {
    const keys = await cluster.keys();
    const ours = cluster.nodes[keys.findIndex((one) => one.length > 0)];
    if (ours === undefined) throw new Error('No node holds a key of ours');
    await cluster.replicate(ours);
    const gaps = () => worker.output().split('"what":"queue"').length;
    await eventually(async () => (await fetch(`${url}/readyz`)).status === 200, 60_000);
    const before = gaps();
    await ours.kill();
    emulator.directory.silently(() => join('mary')); // nothing tells of her but the reading of every team
    await eventually(
      async () => expect((await rows()).map(({ user }) => user)).toContain('mary@acme.example'),
      180_000,
    );
    expect(gaps()).toBeGreaterThan(before);
    expect((await post(url, signed())).status).toBe(202);
  });
});
