import { spawnSync } from 'node:child_process';
import { type Emulator, startEmulator } from '../emulator/emulator.js';
import { testEnv } from '../helpers/config.js';
import { createTestDatabase } from '../helpers/database.js';
import { eventually } from '../helpers/eventually.js';
import { attributeOf, type ReceivedSpan, startOtlpReceiver } from '../helpers/otlp-receiver.js';
import { startProcess, stopProcess, type TestProcess } from '../helpers/processes.js';
import { backends, inspectQueue, startTestQueue } from '../helpers/queue.js';
import { seedTeam } from '../helpers/rows.js';
import { memberEvent, post, projectId, secret, signed } from '../helpers/webhook.js';
import { freePort } from '../local/ports.js';

type Collector = Awaited<ReturnType<typeof startOtlpReceiver>>;

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let queue: Awaited<ReturnType<typeof startTestQueue>>;
let emulator: Emulator;
let collector: Collector;
let organizationId: string;
let env: Record<string, string | undefined>;
let url: string;

beforeEach(async () => {
  database = await createTestDatabase();
  queue = await startTestQueue(backends[0], database.url);
  emulator = await startEmulator({ projectId, secret: 'secret-test' });
  collector = await startOtlpReceiver();
  const create = () => emulator.organizations.create({ name: 'Acme' });
  organizationId = emulator.directory.silently(create).organization_id;
  await seedTeam(database.database, { name: 'Acme', organizationId, roles: ['scim:analyst'] });
  const port = String(await freePort());
  url = `http://127.0.0.1:${port}`;
  env = testEnv({
    ...queue.env,
    STYTCH_BASE_URL: emulator.url,
    PORT: port,
    LOG_LEVEL: 'info',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  });
  emulator.webhooks.setEndpoint({ url: `${url}/webhooks/stytch`, secrets: [secret] });
});

afterEach(async () => {
  await emulator.stop();
  await collector.stop();
  await queue.stop();
  await database.drop();
});

async function withProcesses(
  change: Record<string, string>,
  use: (all: TestProcess[]) => Promise<void>,
): Promise<void> {
  const start = (name: 'server' | 'worker') => startProcess(name, { ...env, ...change });
  const all = await Promise.all([start('server'), start('worker')]);
  await use(all);
  await Promise.all(all.map(stopProcess));
}

const named = (name: string) => collector.spans.filter((span) => span.name === name);
const parentOf = (child?: ReceivedSpan) => collector.spans.find(({ spanId }) => spanId === child?.parentSpanId);
const childOf = (parent: ReceivedSpan | undefined, name: string) =>
  collector.spans.find((span) => span.parentSpanId === parent?.spanId && span.name.startsWith(name));

it('sends nothing, loads nothing and adds nothing to jobs without an endpoint', async () => {
  const loaded = `process.on('exit', () => require('node:fs').writeSync(1, 'LOADED ' + Object.keys(require.cache).filter((path) => /@opentelemetry.(?!api.)|bullmq-otel/.test(path)).join() + '\\n'))`;
  const preload = `data:text/javascript,import { createRequire } from 'node:module'; const require = createRequire('${process.cwd()}/x.js'); ${encodeURIComponent(loaded)}`;
  await withProcesses({ NODE_OPTIONS: `--import="${preload}"` }, async (all) => {
    emulator.directory.provision(organizationId, { email: 'ada@acme.example', roles: ['analyst'] });
    await eventually(async () => (await database.database.roleGrant.count()) === 1);
    const completed = () => inspectQueue(queue.home, 'hints', (one) => one.getJobs(['completed']));
    await eventually(async () => (await completed()).length > 0); // the job ends after its commit
    const jobs = await completed();
    expect(jobs.filter(({ opts }) => opts.telemetry !== undefined)).toEqual([]);
    for (const one of all) one.kill('SIGTERM');
    for (const one of all) {
      await one.exited;
      expect(one.output()).toMatch(/^LOADED $/m);
    }
  });
  expect(collector.spans).toEqual([]);
}, 180_000);

it('traces an event from the webhook to the commit, through the queue and into the other process', async () => {
  await withProcesses({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, async () => {
    const ada = { email: 'ada@acme.example', name: 'Ada Lovelace', roles: ['analyst'] };
    const { member_id: id } = emulator.directory.silently(() => emulator.directory.provision(organizationId, ada));
    // One webhook: of two in the same turn of its event loop, the server adds both to the queue with one call.
    await post(url, signed(memberEvent({ id, member: { organization_id: organizationId, status: 'active' } })));
    await eventually(async () => (await database.database.roleGrant.count()) === 1);
    await eventually(() => named('database transaction').length > 0 && named('POST /webhooks/stytch').length > 0);
  });
  const [batch] = named('reconcile');
  const processed = parentOf(batch);
  const added = parentOf(processed);
  const webhook = parentOf(added);
  const read = childOf(batch, 'stytch members.');
  const written = childOf(batch, 'database transaction');
  const trail = [webhook, added, processed, batch, read, written];
  expect(trail.map((span) => span?.service.replace('scanner-scim-', ''))).toEqual([
    'server',
    'server',
    'worker',
    'worker',
    'worker',
    'worker',
  ]);
  expect(new Set(trail.map((span) => span?.traceId)).size).toBe(1);
  expect(trail.slice(0, 3).map((span) => span?.name)).toEqual([
    'POST /webhooks/stytch',
    'add hints.hint',
    'process hints',
  ]);
  expect([webhook, added, processed].map((span) => span?.kind)).toEqual([2, 4, 5]); // server, producer, consumer
  expect(attributeOf(webhook as ReceivedSpan, 'http.response.status_code')).toBe(202);
  expect(collector.said()).not.toMatch(/ada@acme|Lovelace|secret-test|whsec_/i);
}, 180_000);

it('a read for many hints is linked to the trace of each hint', async () => {
  const members = Array.from({ length: 30 }, (_, n) =>
    emulator.directory.silently(() => emulator.directory.provision(organizationId, { email: `n${n}@acme.example` })),
  );
  await withProcesses({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, async () => {
    await eventually(async () => (await database.database.user.count()) === 30, 30_000); // the sweep of the start
    await Promise.all(
      members.map(({ member_id: id }) =>
        post(url, signed(memberEvent({ id, member: { organization_id: organizationId, status: 'active' } }))),
      ),
    );
    await eventually(async () => (await database.database.syncEvent.count({ where: { trigger: 'hint' } })) === 30);
  });
  const webhooks = named('POST /webhooks/stytch');
  const processed = named('process hints');
  expect([webhooks.length, new Set(webhooks.map(({ traceId }) => traceId)).size]).toEqual([30, 30]);
  expect(processed.map(({ traceId }) => traceId).sort()).toEqual(webhooks.map(({ traceId }) => traceId).sort());
  const batches = named('reconcile').filter(({ links = [] }) => links.length > 1);
  expect(batches.length).toBeGreaterThan(0);
  for (const batch of batches) {
    expect(batch.parentSpanId ?? '').toBe('');
    expect(batch.links).toHaveLength(Number(attributeOf(batch, 'scim.batch')));
    const ids = processed.map(({ spanId }) => spanId);
    const rereads = named('process rereads').map(({ spanId }) => spanId);
    for (const { spanId } of batch.links ?? []) expect([...ids, ...rereads]).toContain(spanId);
  }
}, 180_000);

it('an unavailable collector changes nothing, and is logged', async () => {
  await collector.stop();
  await withProcesses({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, async ([server]) => {
    expect((await post(url, signed())).status).toBe(202);
    await eventually(async () => (await database.database.syncEvent.count()) === 1);
    await eventually(
      () => /"what":"traces","error":"Traces could not be sent \(ECONNREFUSED\)/.test(server?.output() ?? ''),
      60_000,
    );
  });
}, 180_000);

it('refuses an endpoint that is not a URL', () => {
  const wrong = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' } as NodeJS.ProcessEnv;
  const { status, stderr } = spawnSync(process.execPath, ['dist/src/server.js'], { env: wrong, encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, expect.stringContaining('OTEL_EXPORTER_OTLP_ENDPOINT must be a URL')]);
});
