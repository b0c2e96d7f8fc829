import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { parse } from 'yaml';
import { connectDatabase, type Database } from '../../src/database/database.js';
import { type Emulator, startEmulator } from '../emulator/emulator.js';
import { composeEnvironment } from '../helpers/compose-environment.js';
import { createScannerDatabase, scannerUrl } from '../helpers/create-scanner-database.js';
import { type DeployedRedis, makeSecrets, startDeployedRedis } from '../helpers/deployed-redis.js';
import { eventually } from '../helpers/eventually.js';
import { temporaryFolder } from '../helpers/folders.js';
import { startOtlpReceiver } from '../helpers/otlp-receiver.js';
import { type PlayedImage, playDockerfile } from '../helpers/play-dockerfile.js';
import { postgresSettings } from '../helpers/postgres-conf.js';
import { seedTeam } from '../helpers/rows.js';
import { post, projectId, secret, signed } from '../helpers/webhook.js';
import { freePort } from '../local/ports.js';
import { type LocalPostgres, startPostgres } from '../local/postgres.js';
import { hasRedisServer } from '../local/redis.js';

/** The image, its PostgreSQL and its Redis as deploy/ says, started without an engine. */

const patienceMs = 600_000;
const commit = '0123456789abcdef0123456789abcdef01234567';
const compose = parse(readFileSync('deploy/compose.yaml', 'utf8'));
const packageVersion: string = JSON.parse(readFileSync('package.json', 'utf8')).version;
/** What production may weigh, with room for a few more libraries: 100 when this was written. */
const megabytesMax = 130;
const withRedis = hasRedisServer() ? it : it.skip;

let image: PlayedImage;
let postgres: LocalPostgres;
let redis: DeployedRedis | undefined;
let emulator: Emulator;
let database: Database;
let collector: Awaited<ReturnType<typeof startOtlpReceiver>>;
let env: Record<string, string | undefined>;

beforeAll(async () => {
  image = playDockerfile('deploy/Dockerfile', { COMMIT: commit });
  const folder = join(temporaryFolder('image'), 'postgres');
  postgres = await startPostgres({ folder, settings: { ...postgresSettings(), listen_addresses: '127.0.0.1' } });
  await onPostgres(createScannerDatabase);
  redis = hasRedisServer() ? await startDeployedRedis() : undefined;
  emulator = await startEmulator({ projectId, secret: 'secret-test' });
  collector = await startOtlpReceiver();
  const port = await freePort();
  database = connectDatabase(postgres.url('scanner'), { connections: 2 });
  const heartbeat = join(image.root, 'tmp-alive');
  mkdirSync(heartbeat);
  chmodSync(heartbeat, 0o777);
  const ours = { PORT: String(port), DRAIN_SECONDS: '0', STYTCH_BASE_URL: emulator.url };
  const alive = { HEARTBEAT_FILE: join(heartbeat, 'worker') };
  const dotEnv = {
    ...{ STYTCH_PROJECT_ID: projectId, PUBLIC_URL: `http://127.0.0.1:${port}` },
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  };
  env = { ...composeEnvironment(compose.services.server, { dotEnv, mounts: mountSecrets() }), ...ours, ...alive };
  if (!redis) delete env.REDIS_URL_FILE;
}, patienceMs);

afterAll(async () => {
  await database.$disconnect();
  await emulator.stop();
  await collector.stop();
  await redis?.stop();
  await postgres.stop();
  rmSync(dirname(image.root), { recursive: true });
});

/** Files as make-secrets.sh makes them, put where an engine mounts them. @returns where that is on this machine */
function mountSecrets(): string {
  const folder = join(image.root, 'run/secrets');
  mkdirSync(folder, { recursive: true });
  const contents = {
    ...{ database_url: scannerUrl(postgres.url), redis_url: redis?.url ?? '' },
    ...{ stytch_secret: 'secret-test', stytch_webhook_secrets: secret },
  };
  for (const [name, content] of Object.entries(contents))
    writeFileSync(join(folder, name), `${content}\n`, { mode: 0o444 });
  return folder;
}

async function onPostgres<T>(ask: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: postgres.url() });
  await client.connect();
  return ask(client).finally(() => client.end());
}

/** As an engine starts it: the image's folder, variables and user, and nothing of ours. */
function start(command: string[]): { child: ChildProcess; output(): string; exited: Promise<number | null> } {
  const [program, ...words] = command;
  const who = process.getuid?.() === 0 ? { uid: image.user, gid: image.user } : {};
  const child = spawn(program === 'node' ? process.execPath : String(program), words, {
    ...{ cwd: image.workdir, env: { ...image.env, ...env }, ...who },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  child.on('error', (error) => (output += error)); // a program that this user may not run
  return { child, output: () => output, exited: new Promise((resolve) => child.on('close', resolve)) };
}

/** The health check of a service, with the file's place on this machine. */
function livenessOf({ healthcheck }: { healthcheck: { test: string[] } }, file: string): string[] {
  const script = String(healthcheck.test[1]).replaceAll('$$', '$').replace('/run/alive/worker', file);
  return ['sh', '-c', script];
}

it("runs as an owner of the database who is no superuser, and who can't leave it", async () => {
  const client = new pg.Client({ connectionString: scannerUrl(postgres.url) });
  await client.connect();
  const refused = async (sql: string) =>
    client.query(sql).then(
      () => 'done',
      ({ code }: { code: string }) => code,
    );
  expect(await refused("COPY (SELECT 1) TO PROGRAM 'true'")).toBe('42501');
  expect(await refused("SELECT pg_read_file('/etc/passwd')")).toBe('42501');
  expect(await refused('CREATE ROLE another SUPERUSER')).toBe('42501');
  expect(await refused('CREATE DATABASE another')).toBe('42501');
  await client.end();
});

it('holds what runs, and nothing else', () => {
  expect(readdirSync(image.workdir).sort()).toEqual(['dist', 'node_modules', 'package.json', 'prisma']);
  expect(readdirSync(join(image.workdir, 'dist')).sort()).toEqual([
    'build.json',
    'node_modules',
    'prisma',
    'src',
    'workers',
  ]);
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const needed = (one: { dev?: true; devOptional?: true; optional?: true }) =>
    !one.dev && !one.devOptional && !one.optional;
  const installed = Object.keys(packages).filter((path) => path !== '' && existsSync(join(image.workdir, path)));
  expect(installed.filter((path) => !needed(packages[path]))).toEqual([]);
  const megabytes = Number(execFileSync('du', ['-sm', image.workdir], { encoding: 'utf8' }).split('\t')[0]);
  expect(megabytes).toBeLessThan(megabytesMax);
});

it('the list of packages of a release (make-sbom.sh) has what is installed, with licenses', () => {
  const manifest = readFileSync(join(image.workdir, 'package.json'), 'utf8');
  const made = execFileSync('sh', ['deploy/make-sbom.sh', image.workdir], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  type Component = { name: string; version: string; licenses?: object[] };
  const { components } = JSON.parse(made) as { components: Component[] };
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const installed = Object.keys(packages)
    .filter((path) => path !== '' && existsSync(join(image.workdir, path)))
    .map((path) => `${path.split('node_modules/').at(-1)}@${packages[path].version}`);
  expect(components.map(({ name, version }) => `${name}@${version}`).sort()).toEqual([...new Set(installed)].sort());
  // Hashes come from npm's own note of an installation, which a played image lacks.
  expect(components.filter(({ licenses }) => !licenses?.length)).toEqual([]);
  expect(readFileSync(join(image.workdir, 'package.json'), 'utf8')).toBe(manifest);
  expect(() => execFileSync('sh', ['deploy/make-sbom.sh'], { stdio: 'pipe' })).toThrow('This is a full install');
});

it(
  'migrates, receives, works and stops, as a user who can change nothing of it',
  async () => {
    expect([image.user, image.env.NODE_ENV]).toEqual([1000, 'production']);
    const migrated = start(compose.services.migrate.command);
    expect([await migrated.exited, migrated.output()]).toEqual([0, expect.stringContaining('Applied ')]);
    const again = start(compose.services.migrate.command);
    expect([await again.exited, again.output()]).toEqual([0, expect.stringContaining('up to date')]);

    expect(await start(image.healthcheck).exited).toBe(1); // nobody listens yet
    const [server, worker] = [start(image.command), start(compose.services.worker.command)];
    for (const one of [server, worker]) await eventually(() => one.output().includes('"msg":"started"'), 120_000);
    expect(await start(image.healthcheck).exited).toBe(0);
    const url = `http://127.0.0.1:${env.PORT}`;
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    for (const asset of ['style.css', 'pico.min.css', 'page.js'])
      expect([asset, (await fetch(`${url}/assets/${asset}`)).status]).toEqual([asset, 200]);
    expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ version: `${packageVersion}+${commit}` });

    // A worker that hangs is seen by the age of its file.
    const isAlive = () => start(livenessOf(compose.services.worker, String(env.HEARTBEAT_FILE))).exited;
    expect(await isAlive()).toBe(0);
    worker.child.kill('SIGSTOP');
    const longAgo = Date.now() / 1000 - 120;
    utimesSync(String(env.HEARTBEAT_FILE), longAgo, longAgo);
    expect(await isAlive()).toBe(1);
    worker.child.kill('SIGCONT');
    await eventually(async () => (await isAlive()) === 0, 30_000);

    const organizationId = emulator.organizations.create({ name: 'Acme' }).organization_id;
    await seedTeam(database, { name: 'Acme', organizationId, roles: ['scim:analyst'] });
    emulator.webhooks.setEndpoint({ url: `${url}/webhooks/stytch`, secrets: [secret] });
    emulator.directory.provision(organizationId, { email: 'ada@acme.example', name: 'Ada', roles: ['analyst'] });
    await eventually(async () => (await database.roleGrant.count()) === 1, 60_000);
    expect((await post(url, signed())).status).toBe(202);

    const status = start(['node', 'dist/src/support.js', 'status']);
    expect([await status.exited, status.output()]).toEqual([0, expect.stringContaining('Oldest pending')]);
    for (const one of [server, worker]) {
      one.child.kill('SIGTERM');
      expect([await one.exited, one.output()]).toEqual([0, expect.not.stringContaining('ada@acme.example')]);
    }
    const told = new Set(collector.spans.map(({ service }) => service));
    expect([...told].sort()).toEqual(['scanner-scim-server', 'scanner-scim-worker']);
  },
  patienceMs,
);

it('PostgreSQL takes every setting of postgresql.conf', async () => {
  const wanted = postgresSettings();
  const { rows } = await onPostgres((client) =>
    client.query<{ name: string; source: string }>('SELECT name, source FROM pg_settings WHERE name = ANY($1)', [
      Object.keys(wanted),
    ]),
  );
  expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(wanted).sort());
  expect(rows.filter(({ source }) => source !== 'command line')).toEqual([]);
});

withRedis('Redis has the settings of redis.conf, and lets in only whom the ACL names, to our keys', async () => {
  const ask = (...words: string[]) => redis?.ask(...words);
  expect(await ask('CONFIG', 'GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
  expect(await ask('CONFIG', 'GET', 'appendonly')).toEqual(['appendonly', 'yes']);
  expect(await ask('SET', '{scim}:x', '1')).toBe('OK');
  for (const forbidden of [['FLUSHALL'], ['CONFIG', 'SET', 'appendonly', 'no'], ['KEYS', '*'], ['SET', 'other', '1']]) {
    await expect(ask(...forbidden)).rejects.toThrow(/NOPERM/);
  }
  await expect(redis?.askAsStranger('PING')).rejects.toThrow(/NOAUTH/);
});

it('makes secrets once: a second run changes none, and says what is still to be filled in', () => {
  const folder = temporaryFolder('secrets');
  const read = () => readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
  expect(makeSecrets(folder)).toContain('stytch_secret');
  const first = read();
  makeSecrets(folder);
  expect(read()).toEqual(first);
  expect(first.map(([name]) => name).sort()).toEqual(Object.keys(compose.secrets).sort());
  const content = Object.fromEntries(first);
  expect(content.database_url).toContain(`:${content.postgres_password?.trim()}@`);
  expect(content.redis_users).toContain(`>${new URL(String(content.redis_url)).password} `);
  expect(spawnSync('sh', ['-n', 'deploy/make-secrets.sh']).status).toBe(0);
});
