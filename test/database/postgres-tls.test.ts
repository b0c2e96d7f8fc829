import { chownSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startEmulator } from '../emulator/emulator.js';
import { makeCertificates } from '../helpers/certificates.js';
import { support } from '../helpers/command.js';
import { testEnv } from '../helpers/config.js';
import { eventually } from '../helpers/eventually.js';
import { temporaryFolder } from '../helpers/folders.js';
import { spawnProcess, startProcess, stopProcess } from '../helpers/processes.js';
import { projectId, secret } from '../helpers/webhook.js';
import { freePort } from '../local/ports.js';
import { type LocalPostgres, startPostgres } from '../local/postgres.js';

jest.setTimeout(240_000);
let postgres: LocalPostgres;
let authority: string;
let isOn = false;
/** Puts a file into PostgreSQL's folder, as its own. */
let put: (name: string, content: string) => void;

/** A server as managed ones are: who comes without TLS is not let in. */
beforeAll(async () => {
  const made = makeCertificates();
  ({ authority } = made);
  postgres = await startPostgres({ folder: join(temporaryFolder('tls'), 'postgres') });
  const [data] = await onServer('SHOW data_directory');
  const { uid, gid } = statSync(String(data));
  put = (name, content) => {
    const path = join(String(data), name);
    writeFileSync(path, content, { mode: 0o600 });
    chownSync(path, uid, gid);
  };
  put('server.crt', made.certificate);
  put('server.key', made.key);
  put('pg_hba.conf', 'hostssl all all 127.0.0.1/32 trust\nhostssl all all ::1/128 trust\n');
  for (const sql of ['CREATE DATABASE scanner', 'ALTER SYSTEM SET ssl = on', 'SELECT pg_reload_conf()'])
    await onServer(sql);
});
afterAll(() => postgres.stop('immediate'));

const urlWith = (query: string) => `postgresql://postgres@localhost:${postgres.port}/scanner?${query}`;
const verified = () => urlWith(`sslmode=verify-full&sslrootcert=${authority}`);
const migrateWith = async (DATABASE_URL: string) => {
  const migrating = spawnProcess('migrate', testEnv({ DATABASE_URL }));
  return { code: await migrating.exited, said: migrating.output() };
};

it('migrations, rows and the queue in PostgreSQL all use verified TLS', async () => {
  expect(await migrateWith(verified())).toMatchObject({ code: 0, said: expect.stringContaining('Applied') });
  const emulator = await startEmulator({ projectId, secret: 'secret-test' });
  const port = await freePort();
  const env = testEnv({
    DATABASE_URL: verified(),
    STYTCH_BASE_URL: emulator.url,
    PORT: String(port),
    LOG_LEVEL: 'info',
  });
  const running = await Promise.all([startProcess('server', env), startProcess('worker', env)]);
  await eventually(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200, 60_000);
  const client = new pg.Client({ connectionString: verified() });
  await client.connect();
  const { organization_id } = emulator.directory.silently(() => emulator.organizations.create({ name: 'Acme' }));
  await client.query("INSERT INTO teams (name, stytch_organization_id, sso_scim_enabled) VALUES ('Acme', $1, true)", [
    organization_id,
  ]);
  emulator.webhooks.setEndpoint({ url: `http://127.0.0.1:${port}/webhooks/stytch`, secrets: [secret] });
  emulator.directory.provision(organization_id, { userName: 'ada@acme.example' });
  await eventually(async () => {
    const { rows } = await client.query(
      "SELECT e.outcome FROM sync_events e JOIN users u ON u.id = e.user_id WHERE e.trigger = 'hint'",
    );
    // The sweep that every team begins with may have been there first.
    expect(rows).toContainEqual({ outcome: expect.stringMatching(/^(un)?changed$/) });
  }, 60_000);
  const { rows } = await client.query<{ ssl: boolean; count: number }>(
    `SELECT ssl, count(*)::int FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
     WHERE datname = 'scanner' AND pid <> pg_backend_pid() GROUP BY ssl`,
  );
  expect(rows).toEqual([{ ssl: true, count: expect.any(Number) }]);
  expect(rows[0]?.count).toBeGreaterThan(3);
  expect(await support(env, 'status', '--json')).toMatchObject({ code: 0 });
  await client.end();
  await Promise.all(running.map(stopProcess));
  await emulator.stop();
});

it.each([
  ['by another authority', () => urlWith(`sslmode=verify-full&sslrootcert=${makeCertificates().authority}`)],
  ['by an authority that the system does not trust', () => urlWith('sslmode=verify-full')],
])('a certificate %s is refused and reported', async (_, url) => {
  const { code, said } = await migrateWith(url());
  expect([code, said]).toEqual([1, expect.stringMatching(/^Migration failed: .*certificate.*sslrootcert/m)]);
});

it('a server and a worker report it too, at /readyz and in the log', async () => {
  const port = await freePort();
  const DATABASE_URL = urlWith(`sslmode=verify-full&sslrootcert=${makeCertificates().authority}`);
  const env = testEnv({ DATABASE_URL, PORT: String(port), LOG_LEVEL: 'info', STYTCH_BASE_URL: 'http://127.0.0.1:1' });
  const [server, worker] = await Promise.all([startProcess('server', env), startProcess('worker', env)]);
  const readiness = await fetch(`http://127.0.0.1:${port}/readyz`);
  expect(readiness.status).toBe(503);
  const refused = expect.stringMatching(/certificate.*sslrootcert/);
  expect(await readiness.json()).toMatchObject({ dependencies: { database: refused, queue: refused } });
  await eventually(() => /certificate.*sslrootcert/.test(worker.output()));
  for (const one of [server, worker]) {
    one.kill('SIGKILL');
    await one.exited;
  }
});

it('a certificate for another name is refused too', async () => {
  const other = makeCertificates('db.elsewhere.example');
  put('server.crt', other.certificate);
  put('server.key', other.key);
  await onServer('SELECT pg_reload_conf()');
  const { code, said } = await migrateWith(urlWith(`sslmode=verify-full&sslrootcert=${other.authority}`));
  expect([code, said]).toEqual([1, expect.stringMatching(/^Migration failed: .*certificate.*host/m)]);
});

it('a connection without TLS is refused', async () => {
  expect((await migrateWith(urlWith('sslmode=disable'))).code).toBe(1);
});

/** As its administrator, who comes with TLS or before it is on. @returns the first column */
async function onServer(sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: postgres.url(), ssl: isOn ? { rejectUnauthorized: false } : false });
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    if (sql.includes('pg_reload_conf')) isOn = true;
    return rows.map(([value]) => value);
  } finally {
    await client.end();
  }
}
