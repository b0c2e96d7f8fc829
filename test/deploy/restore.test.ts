import { join } from 'node:path';
import pg from 'pg';
import { connectDatabase, type Database } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrations.js';
import { startServer } from '../../src/server.js';
import { startWorker } from '../../workers/main.js';
import { startEmulator } from '../emulator/emulator.js';
import { type Backup, baseBackup, debianPrograms, dump } from '../helpers/backups.js';
import { silent, testConfig } from '../helpers/config.js';
import { createScannerDatabase, scannerUrl } from '../helpers/create-scanner-database.js';
import { eventually } from '../helpers/eventually.js';
import { temporaryFolder } from '../helpers/folders.js';
import { quickly } from '../helpers/lab.js';
import { type BackendName, backends, startTestQueue } from '../helpers/queue.js';
import { rowsOf, seedTeam } from '../helpers/rows.js';
import { projectId, secret } from '../helpers/webhook.js';
import { type LocalPostgres, startPostgres } from '../local/postgres.js';

jest.setTimeout(300_000);

/**
 * A backup is older than what happened since. So a restored database gives leavers their access back, and joiners do not exist.
 * The first worker that starts sweeps every team, and that repairs all of it: rows follow the directory, not the database's past.
 */

const debian = debianPrograms();
const installed = debian === null ? ' (NOT TRIED: install postgresql, whose pg_dump fits its server)' : '';
const ways: [way: string, BackendName, ((postgres: LocalPostgres) => Promise<Backup>) | null][] = [
  ['a base backup, the queue in Redis if there is one', backends[0], baseBackup],
  [
    `pg_dump, the queue in the same PostgreSQL${installed}`,
    'postgres',
    debian === null ? null : (one) => dump(one, debian),
  ],
];

describe.each(ways)('a restored older database: %s', (_, backend, takeBackup) => {
  const test = takeBackup === null ? it.skip : it;
  const parts: { stop(): Promise<unknown> }[] = [];

  afterEach(async () => {
    for (const part of parts.splice(0).reverse()) await part.stop();
  });

  async function begin() {
    const folder = join(temporaryFolder('restore'), 'postgres');
    const programs = backend === 'postgres' && debian !== null ? { programs: debian } : {};
    const postgres = await startPostgres({ folder, ...programs });
    const client = new pg.Client({ connectionString: postgres.url() });
    await client.connect();
    await createScannerDatabase(client);
    await client.end();
    const url = scannerUrl(postgres.url);
    await migrate(url);
    const queue = await startTestQueue(backend, url);
    const emulator = await startEmulator({ projectId, secret: 'secret-test' });
    parts.push({ stop: () => postgres.stop('immediate') }, queue, emulator);
    const config = testConfig({ ...queue.env, STYTCH_BASE_URL: emulator.url, STYTCH_SEARCHES_PER_MINUTE: '60000' });
    return { postgres, emulator, config, url };
  }

  test('people who left since lose access again, and the others get theirs, by the sweep at the start', async () => {
    const { postgres, emulator, config, url } = await begin();
    const { directory } = emulator;
    const start = async (): Promise<{ database: Database; stop(): Promise<void> }> => {
      const database = connectDatabase(url, { connections: 3 });
      const server = await startServer(config, silent);
      parts.push(server);
      emulator.webhooks.setEndpoint({ url: `http://127.0.0.1:${server.port}/webhooks/stytch`, secrets: [secret] });
      const worker = await startWorker(config, silent, { timing: quickly });
      parts.push(worker, { stop: () => database.$disconnect() });
      const stop = async () => {
        for (const part of parts.splice(-3).reverse()) await part.stop();
      };
      return { database, stop };
    };

    // Before the backup: Ada, and Bob with an API key. Eve of another team never changes.
    let running = await start();
    const organizationId = directory.silently(() => emulator.organizations.create({ name: 'Acme' }).organization_id);
    const roles = ['scim:analyst', 'scim:admin'];
    const teamId = await seedTeam(running.database, { name: 'Acme', organizationId, roles });
    const other = await seedTeam(running.database, { name: 'Beta', organizationId: null });
    await running.database.user.create({ data: { teamId: other, email: 'eve@beta.example', name: 'Eve' } });
    const ada = directory.provision(organizationId, { userName: 'ada@acme.example', roles: ['analyst'] }).member_id;
    const bob = directory.provision(organizationId, { userName: 'bob@acme.example', roles: ['analyst'] }).member_id;
    await eventually(async () => expect(await running.database.roleGrant.count()).toBe(2), 60_000);
    const owner = await running.database.user.findFirstOrThrow({ where: { stytchMemberId: bob } });
    await running.database.apiKey.create({ data: { teamId, name: 'ci', ownerUserId: owner.id } });
    const before = await rowsOf(running.database);
    const backup = await takeBackup?.(postgres);

    // After it: Bob leaves, Ada changes her role, Cy joins.
    directory.deprovision(bob);
    directory.setRoles(ada, ['admin']);
    directory.provision(organizationId, { userName: 'cy@acme.example', roles: ['analyst'] });
    const isDone = (rows: Awaited<ReturnType<typeof rowsOf>>) =>
      rows.map(({ user, status, grants, keys }) => [user, status, grants, keys]);
    const right = [
      ['ada@acme.example', 'active', ['scim:admin (scim)'], []],
      ['bob@acme.example', 'deactivated', [], ['ci revoked']],
      ['cy@acme.example', 'active', ['scim:analyst (scim)'], []],
      ['eve@beta.example', 'active', [], []],
    ];
    await eventually(async () => expect(isDone(await rowsOf(running.database))).toEqual(right), 60_000);
    await emulator.webhooks.settled();
    await running.stop();

    // The older database: Bob has access, and his key works.
    await backup?.restore();
    const restored = connectDatabase(url, { connections: 1 });
    expect(await rowsOf(restored)).toEqual(before);
    await restored.$disconnect();

    // No webhook comes. The worker's own start is enough.
    running = await start();
    await eventually(async () => expect(isDone(await rowsOf(running.database))).toEqual(right), 60_000);
    const where = { stytchMemberId: bob, trigger: { in: ['sweep', 'recheck'] } }; // the queue may still hold a recheck
    const event = await running.database.syncEvent.findFirst({ where, orderBy: { id: 'desc' } });
    expect(JSON.stringify(event?.changes)).toContain('user_deactivated');
    await running.stop();
  });
});
