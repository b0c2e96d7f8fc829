import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { migrate } from '../../src/database/migrations.js';
import { createTestDatabase } from '../helpers/database.js';
import { temporaryFolder } from '../helpers/folders.js';

const own = resolve('prisma/migrations');
let folder: string;
let url: string;
let drop: () => Promise<void>;
let client: pg.Client;

beforeEach(async () => {
  folder = temporaryFolder('migrations');
  ({ url, drop } = await createTestDatabase());
  client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('DROP SCHEMA public, scim CASCADE; CREATE SCHEMA public');
});
afterEach(async () => {
  await client.end();
  await drop();
});

function addMigration(name: string, sql: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'migration.sql'), sql);
}

it("applies the project's migrations once, and does nothing the second time", async () => {
  const names = readdirSync(own, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(await migrate(url)).toEqual(names.map(({ name }) => name).sort());
  expect(await migrate(url)).toEqual([]);
});

it('applies each migration once when several processes start together', async () => {
  const applied = await Promise.all([migrate(url), migrate(url), migrate(url)]);
  expect(applied.flat()).toHaveLength(readdirSync(own).length - 1); // the lock file is no migration
});

it('rolls back and names a migration that fails, and applies it once it is repaired', async () => {
  addMigration('1_good', 'CREATE TABLE good ()');
  addMigration('2_bad', 'CREATE TABLE half (); CREATE TABLE good ()');
  await expect(migrate(url, folder)).rejects.toThrow('Migration 2_bad was refused and rolled back');
  const { rows } = await client.query("SELECT to_regclass('good') IS NOT NULL AS good, to_regclass('half') AS half");
  expect(rows).toEqual([{ good: true, half: null }]);
  addMigration('2_bad', 'CREATE TABLE half ()');
  expect(await migrate(url, folder)).toEqual(['2_bad']);
});

it('refuses to continue when an applied migration was changed', async () => {
  addMigration('1_good', 'CREATE TABLE good ()');
  await migrate(url, folder);
  addMigration('1_good', 'CREATE TABLE better ()');
  await expect(migrate(url, folder)).rejects.toThrow('Migration 1_good was changed after it was applied');
});

it("refuses to continue after Prisma's own tool left a migration half-way", async () => {
  addMigration('1_good', 'CREATE TABLE good ()');
  await migrate(url, folder);
  await client.query('UPDATE scim._prisma_migrations SET finished_at = NULL');
  await expect(migrate(url, folder)).rejects.toThrow('Migration 1_good failed half-way');
});

it('allows inserts by plain SQL: ids, times and states have defaults in the database', async () => {
  await migrate(url);
  const { rows } = await client.query(`
    WITH team AS (INSERT INTO teams (name) VALUES ('Acme') RETURNING id),
    person AS (INSERT INTO users (team_id, email) SELECT id, 'ada@acme.example' FROM team RETURNING *),
    role AS (INSERT INTO roles (team_id, name) SELECT id, 'scim:analyst' FROM team RETURNING *),
    key AS (INSERT INTO api_keys (team_id, name, owner_user_id) SELECT team_id, 'ci', id FROM person RETURNING *)
    SELECT person.status, person.created_at IS NOT NULL AS created, role.permissions, key.revoked_at FROM person, role, key`);
  expect(rows).toEqual([{ status: 'active', created: true, permissions: [], revoked_at: null }]);
});

it('a team is connected if SCIM is switched on and a Stytch organization is linked', async () => {
  await migrate(url);
  await client.query(`INSERT INTO teams (name, sso_scim_enabled, stytch_organization_id) VALUES
    ('connected', true, 'organization-1'), ('switched off', false, 'organization-2'), ('not linked', true, NULL)`);
  const { rows } = await client.query('SELECT name FROM scim_connected_teams JOIN teams USING (id)');
  expect(rows).toEqual([{ name: 'connected' }]);
});

describe('the database refuses, from any writer,', () => {
  beforeEach(async () => {
    await migrate(url);
    await client.query(`
      INSERT INTO teams (id, name) VALUES ('00000000-0000-0000-0000-00000000000a', 'Acme'),
        ('00000000-0000-0000-0000-00000000000b', 'Beta');
      INSERT INTO users (id, team_id, email) VALUES
        ('00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-00000000000a', 'ada@acme.example'),
        ('00000000-0000-0000-0000-0000000000a2', '00000000-0000-0000-0000-00000000000a', 'bob@acme.example')`);
  });

  it.each([
    [
      'an API key owned by a user of another team',
      `INSERT INTO api_keys (team_id, name, owner_user_id)
       VALUES ('00000000-0000-0000-0000-00000000000b', 'k', '00000000-0000-0000-0000-0000000000a1')`,
    ],
    ['an unknown status', "UPDATE users SET status = 'suspended'"],
  ])('%s', async (_, sql) => {
    await expect(client.query(sql)).rejects.toThrow();
  });

  it('but not two users with one e-mail, because two users may swap theirs', async () => {
    await client.query("UPDATE users SET email = 'ada@acme.example'");
  });
});

it('reads the migrations of a copied folder in the order of their names', async () => {
  const [first] = readdirSync(own).sort();
  mkdirSync(join(folder, '0_first'));
  copyFileSync(join(own, String(first), 'migration.sql'), join(folder, '0_first', 'migration.sql'));
  addMigration('1_second', 'ALTER TABLE teams ADD COLUMN later text');
  expect(await migrate(url, folder)).toEqual(['0_first', '1_second']);
});
