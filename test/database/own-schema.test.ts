import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { connectDatabase } from '../../src/database/database.js';
import { checkDatabase, migrate } from '../../src/database/migrations.js';
import { createTestDatabase } from '../helpers/database.js';
import { temporaryFolder } from '../helpers/folders.js';

/** The migrations of the version before: those until our tables moved into a schema of their own. */
function formerMigrations(): string {
  const folder = temporaryFolder('former-migrations');
  for (const name of readdirSync('prisma/migrations').filter((one) => one < '20261128010001')) {
    cpSync(join('prisma/migrations', name), join(folder, name), { recursive: true });
  }
  return folder;
}

const former = formerMigrations();
const acme = '00000000-0000-0000-0000-00000000000a';
const ada = '00000000-0000-0000-0000-0000000000a1';
const role = `version_before_${process.pid}`;
let url: string;
let drop: () => Promise<void>;
let client: pg.Client;

/** A database of the version before, with rows, and with a role that may only read and write. */
beforeEach(async () => {
  ({ url, drop } = await createTestDatabase());
  client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('DROP SCHEMA public, scim CASCADE; CREATE SCHEMA public');
  await migrate(url, former);
  await client.query(`
    SET search_path = public;
    CREATE TABLE _prisma_migrations AS TABLE scim._prisma_migrations; DROP SCHEMA scim CASCADE;
    DROP ROLE IF EXISTS ${role}; CREATE ROLE ${role}; GRANT USAGE ON SCHEMA public TO ${role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role};
    INSERT INTO teams (id, name, stytch_organization_id, sso_scim_enabled) VALUES ('${acme}', 'Acme', 'organization-1', true);
    INSERT INTO users (id, team_id, email) VALUES ('${ada}', '${acme}', 'ada@acme.example');
    INSERT INTO audit_log (actor, action, target) VALUES ('kim', 'enable', 'team ${acme}');
    INSERT INTO idp_role_values (user_id, value, via) VALUES ('${ada}', 'analyst', 'roles')`);
});
afterEach(async () => {
  await client.query(`RESET ROLE; DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await client.end();
  await drop();
});

it('moves our tables and loses nothing', async () => {
  const [before] = (
    await client.query(
      'SELECT (SELECT json_agg(a) FROM audit_log a) AS acts, (SELECT json_agg(v) FROM idp_role_values v) AS held',
    )
  ).rows;
  await migrate(url);
  const [after] = (
    await client.query(
      'SELECT (SELECT json_agg(a) FROM scim.audit_log a) AS acts, (SELECT json_agg(v) FROM scim.idp_role_values v) AS held',
    )
  ).rows;
  expect(after).toEqual(before);
  expect(await checkDatabase(url)).toMatchObject({ kind: 'ours', findings: [], pending: [] });
  expect(await migrate(url)).toEqual([]);
});

it('lets the version before run on: its statements reach the tables through views', async () => {
  await migrate(url);
  await client.query(`SET ROLE ${role}`);
  const act = await client.query(
    "INSERT INTO audit_log (actor, action, target) VALUES ('kim', 'a', 'b') RETURNING id, at, details",
  );
  expect(act.rows).toEqual([{ id: '2', at: expect.any(Date), details: {} }]);
  const hint = `INSERT INTO sync_events (svix_id, trigger, outcome) VALUES ('msg_1', 'hint', 'changed')
    ON CONFLICT (svix_id) WHERE trigger = 'hint' DO NOTHING`;
  expect((await client.query(hint)).rowCount).toBe(1);
  expect((await client.query(hint)).rowCount).toBe(0);
  const sync = `INSERT INTO team_syncs AS s (team_id, swept_members) VALUES ('${acme}', 7)
    ON CONFLICT (team_id) DO UPDATE SET swept_members = excluded.swept_members + s.swept_members`;
  await client.query(sync);
  await client.query(sync);
  await client.query(`INSERT INTO session_revocations (stytch_member_id, user_id) VALUES ('member-1', '${ada}')`);
  const locked =
    'SELECT stytch_member_id FROM session_revocations WHERE retry_at <= now() ORDER BY retry_at FOR UPDATE SKIP LOCKED';
  expect((await client.query(locked)).rowCount).toBe(1);
  expect((await client.query('DELETE FROM session_revocations s USING users u WHERE s.user_id = u.id')).rowCount).toBe(
    1,
  );
  await client.query('RESET ROLE');
  const { rows } = await client.query('SELECT swept_members FROM scim.team_syncs');
  expect(rows).toEqual([{ swept_members: 14 }]);
});

it('a connection of the version before, with prepared statements, lives through the move', async () => {
  const read = () =>
    client.query({ name: 'read', text: 'SELECT * FROM audit_log WHERE actor = $1 ORDER BY id', values: ['kim'] });
  const write = () =>
    client.query({
      name: 'write',
      text: 'INSERT INTO audit_log (actor, action, target) VALUES ($1, $2, $3) RETURNING id::int',
      values: ['kim', 'release', 'hold'],
    });
  await write();
  const { rows } = await read();
  await migrate(url);
  expect((await read()).rows).toEqual(rows);
  expect((await write()).rows).toEqual([{ id: 3 }]);
  expect((await read()).rows).toHaveLength(3);
});

it('keeps triggers, foreign keys and indexes at work, for the version before as well', async () => {
  await migrate(url);
  await client.query(`SET ROLE ${role}`);
  const made = `INSERT INTO roles (team_id, name) VALUES ('${acme}', 'scim:analyst')`;
  await client.query(made);
  expect((await client.query('SELECT team_id FROM role_changes')).rows).toEqual([{ team_id: acme }]);
  await client.query(`SET enable_seqscan = off; SET enable_bitmapscan = off`);
  const plan = await client.query(
    `EXPLAIN SELECT id FROM users WHERE team_id = '${acme}' AND email_key(email) = email_key('ADA@acme.example') AND stytch_member_id IS NULL`,
  );
  expect(JSON.stringify(plan.rows)).toContain('users_unlinked_email_key_idx');
  await client.query(`DELETE FROM users WHERE id = '${ada}'`);
  expect((await client.query('SELECT * FROM idp_role_values')).rows).toEqual([]);
});

it('lets the version before migrate again, and finds its own migrations afterwards', async () => {
  await migrate(url);
  const { rows } = await client.query('SELECT migration_name FROM public._prisma_migrations ORDER BY 1');
  expect(rows.map(({ migration_name }) => migration_name)).toEqual(
    readdirSync(former)
      .filter((one) => one !== 'migration_lock.toml')
      .sort(),
  );
});

it('waits for a transaction that holds one of the tables, then moves them', async () => {
  const holder = new pg.Client({ connectionString: url });
  await holder.connect();
  await holder.query('BEGIN; LOCK TABLE sync_events IN ROW EXCLUSIVE MODE');
  const moved = migrate(url);
  await holder.query('SELECT pg_sleep(0.3); COMMIT');
  await moved;
  await holder.end();
  expect((await client.query("SELECT to_regclass('scim.sync_events') AS there")).rows[0].there).not.toBeNull();
});

it('whatever search path DATABASE_URL names, there is one world', async () => {
  await client.query('CREATE SCHEMA elsewhere');
  const other = new URL(url);
  other.searchParams.set('options', '-csearch_path=elsewhere');
  await migrate(other.href);
  const database = connectDatabase(other.href, { connections: 1 });
  expect(await database.auditLog.count()).toBe(1);
  expect(await database.$queryRaw`SELECT name FROM teams`).toEqual([{ name: 'Acme' }]);
  await database.$disconnect();
  expect(
    (await client.query("SELECT relname FROM pg_class WHERE relnamespace = 'elsewhere'::regnamespace")).rows,
  ).toEqual([]);
});
