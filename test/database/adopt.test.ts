import pg from 'pg';
import { checkDatabase, migrate } from '../../src/database/migrations.js';
import { createTestDatabase } from '../helpers/database.js';

let url: string;
let drop: () => Promise<void>;
let client: pg.Client;

/** A database that has never seen us. */
beforeEach(async () => {
  ({ url, drop } = await createTestDatabase());
  client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('DROP SCHEMA public, scim CASCADE; CREATE SCHEMA public');
});
afterEach(async () => {
  await client.end();
  await drop();
});

/** A product that had teams and users before, an audit log of its own, and keeps its books with Prisma. */
const company = `
  CREATE TABLE teams (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name varchar(80) NOT NULL, plan text);
  CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), team_id uuid NOT NULL REFERENCES teams (id), email text NOT NULL,
    name text NOT NULL DEFAULT '', created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL);
  CREATE TABLE _prisma_migrations (
    id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
    logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(),
    applied_steps_count integer NOT NULL DEFAULT 0);
  INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name) VALUES ('1', 'abc', now(), '20200101_company');
  CREATE TABLE audit_log (who text, what text);
  INSERT INTO audit_log VALUES ('kim', 'paid');
  INSERT INTO teams (name, plan) VALUES ('Acme', 'gold');
  INSERT INTO users (team_id, email, updated_at) SELECT id, 'ada@acme.example', now() FROM teams`;

/** Everything in the catalog that can be changed. */
async function catalog(): Promise<unknown> {
  const { rows } = await client.query(`
    SELECT (SELECT json_agg(json_build_array(nspname) ORDER BY nspname) FROM pg_namespace) AS schemas,
      (SELECT json_agg(json_build_array(relnamespace::regnamespace, relname, relkind) ORDER BY oid) FROM pg_class) AS relations,
      (SELECT count(*) FROM pg_constraint) AS constraints, (SELECT count(*) FROM pg_trigger) AS triggers`);
  return rows;
}

const places = (findings: readonly { place: string }[]) => findings.map(({ place }) => place);

describe('--check', () => {
  it('finds no difference in a migrated database, and changes nothing', async () => {
    await migrate(url);
    const before = await catalog();
    expect(await checkDatabase(url)).toMatchObject({ kind: 'ours', pending: [], findings: [] });
    expect(await catalog()).toEqual(before);
  });

  it('says that a database is new', async () => {
    const before = await catalog();
    const { kind, findings } = await checkDatabase(url);
    expect(kind).toBe('new');
    expect(findings.every(({ isRefused }) => !isRefused)).toBe(true);
    expect(await catalog()).toEqual(before);
  });

  it.each([
    ['a column', 'ALTER TABLE users DROP COLUMN access_lost_at', 'users.access_lost_at', false],
    ['an index', 'DROP INDEX users_team_id_scim_external_id_idx', 'users_team_id_scim_external_id_idx', false],
    ['a default', 'ALTER TABLE users ALTER updated_at DROP DEFAULT', 'users.updated_at', false],
    ['a check', 'ALTER TABLE users DROP CONSTRAINT users_status_check', 'users_status_check', false],
    ['a foreign key', 'ALTER TABLE roles DROP CONSTRAINT roles_team_id_fkey', 'roles_team_id_fkey', false],
    ['a primary key', 'ALTER TABLE role_grants DROP CONSTRAINT role_grants_pkey', 'role_grants_pkey', false],
    ['a trigger', 'DROP TRIGGER roles_renamed ON roles', 'roles_renamed', false],
    ['a table', 'DROP TABLE session_revocations CASCADE', 'session_revocations', false],
    ['a type', 'ALTER TABLE teams ALTER name TYPE bytea USING NULL', 'teams.name', true],
    ['NOT NULL', 'ALTER TABLE users ALTER name DROP NOT NULL', 'users.name', true],
    ['NULL', 'ALTER TABLE users ALTER scim_external_id SET NOT NULL', 'users.scim_external_id', true],
    ['e-mails that may be the same', 'CREATE UNIQUE INDEX one_email ON users (lower(email))', 'one_email', true],
    ['inserts', 'ALTER TABLE users ADD COLUMN password text NOT NULL', 'users.password', true],
  ])('misses %s', async (_, damage, place, isRefused) => {
    await migrate(url);
    await client.query('SET search_path = scim, public');
    await client.query(damage);
    const { findings } = await checkDatabase(url);
    expect(findings.find((one) => one.place === place)).toMatchObject({ isRefused });
    const added = findings.filter((one) => !one.isRefused);
    for (const { sql } of added) await client.query(sql);
    expect(places((await checkDatabase(url)).findings)).toEqual(isRefused ? [place] : []);
  });
});

describe('a database with teams and users of its own', () => {
  it('gets what is missing, keeps what is there, and its bookkeeping stays its own', async () => {
    await client.query(company);
    const books = (await client.query('SELECT * FROM _prisma_migrations')).rows;
    const check = await checkDatabase(url);
    expect(check.kind).toBe('foreign');
    expect(check.findings.filter(({ isRefused }) => isRefused)).toEqual([]);
    const made: string[] = [];
    const applied = await migrate(url, undefined, ({ place }) => made.push(place));
    expect(made).toEqual(places(check.findings));
    expect(made).toEqual(
      expect.arrayContaining(['users.stytch_member_id', 'users.updated_at', 'users_status_check', 'roles']),
    );
    expect(await migrate(url)).toEqual([]);
    expect(await checkDatabase(url)).toMatchObject({ kind: 'ours', findings: [], pending: [] });
    expect((await client.query('SELECT * FROM _prisma_migrations')).rows).toEqual(books);
    const { rows } = await client.query('SELECT migration_name FROM scim._prisma_migrations ORDER BY 1');
    expect(rows.map(({ migration_name }) => migration_name)).toEqual(applied);
    expect((await client.query('SELECT * FROM public.audit_log')).rows).toEqual([{ who: 'kim', what: 'paid' }]);
    const people = await client.query('SELECT t.plan, u.email, u.status FROM users u JOIN teams t ON t.id = u.team_id');
    expect(people.rows).toEqual([{ plan: 'gold', email: 'ada@acme.example', status: 'active' }]);
  });

  it.each([
    [
      'keys that are no uuid',
      'CREATE TABLE teams (id bigint PRIMARY KEY, name text NOT NULL)',
      /teams\.id: is bigint, not uuid\./,
    ],
    [
      'users without a team',
      'CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL)',
      /users\.team_id: .* only you know/,
    ],
    [
      'a column that we can’t fill',
      'CREATE TABLE roles (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), team_id uuid NOT NULL, name text NOT NULL, color text NOT NULL)',
      /roles\.color: needs a value/,
    ],
    [
      'states of their own',
      "CREATE TABLE teams (id uuid PRIMARY KEY, name text NOT NULL); INSERT INTO teams VALUES (gen_random_uuid(), 'Acme'); CREATE TABLE users (id uuid PRIMARY KEY, team_id uuid NOT NULL, email text NOT NULL, status text NOT NULL DEFAULT 'on'); INSERT INTO users SELECT gen_random_uuid(), id, 'a', 'on' FROM teams",
      /users_status_check: the check is missing, and there are rows that contradict it/,
    ],
    [
      'a role twice',
      "CREATE TABLE roles (id uuid PRIMARY KEY, team_id uuid NOT NULL, name text NOT NULL); INSERT INTO roles SELECT gen_random_uuid(), '00000000-0000-0000-0000-00000000000a', 'admin' FROM generate_series(1, 2)",
      /roles_team_id_name_key: the unique index is missing, and there are rows/,
    ],
    [
      'users of a team that is gone',
      "CREATE TABLE teams (id uuid PRIMARY KEY, name text NOT NULL); CREATE TABLE users (id uuid PRIMARY KEY, team_id uuid NOT NULL, email text NOT NULL); INSERT INTO users VALUES (gen_random_uuid(), gen_random_uuid(), 'a')",
      /users_team_id_fkey: the foreign key is missing, and there are rows/,
    ],
  ])('is refused for %s, with the reason, and nothing is changed', async (_, sql, reason) => {
    await client.query(sql);
    const before = await catalog();
    await expect(migrate(url)).rejects.toThrow(reason);
    expect(await catalog()).toEqual(before);
  });
});
