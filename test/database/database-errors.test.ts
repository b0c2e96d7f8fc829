import { connectDatabase, withDatabaseErrors } from '../../src/database/database.js';
import { describeFailure, PermanentError, RateLimited } from '../../src/errors/errors.js';
import { RequestProblem } from '../../src/errors/request-problem.js';
import { Refusal } from '../../src/http/refusal.js';
import { createTestDatabase } from '../helpers/database.js';

it.each([
  new RateLimited('ours'),
  new PermanentError('ours'),
  new RequestProblem('conflict', 'ours'),
  new Refusal('role_exists'),
  new TypeError('a bug'),
  new RangeError('a bug'),
])('passes %s through', async (error) => {
  await expect(withDatabaseErrors(() => Promise.reject(error))).rejects.toBe(error);
});

it('turns a failure of the database into a transient error with a remedy', async () => {
  const missing = Object.assign(new Error('relation "users" does not exist: ada@acme.example'), { code: '42P01' });
  await expect(withDatabaseErrors(() => Promise.reject(missing))).rejects.toMatchObject({
    name: 'TransientError',
    message: 'The Scanner database did not answer (42P01).',
    remedy: expect.stringContaining('npm run migrate'),
  });
});

it('says that all connections of the process are busy', async () => {
  const test = await createTestDatabase();
  const small = connectDatabase(test.url, { connections: 1, connectTimeoutMs: 50 });
  const error = await small.$transaction(async () => {
    return withDatabaseErrors(() => small.$queryRaw`SELECT 1`).catch((thrown: unknown) => thrown);
  });
  expect(describeFailure(error)).toBe(
    'The Scanner database did not answer (NoFreeConnection). All connections of this process are busy: wait. If this lasts, look for slow statements.',
  );
  await small.$disconnect();
  await test.drop();
});

it('reports a database that can not be reached', async () => {
  const database = connectDatabase('postgresql://scanner@127.0.0.1:1/scanner', { connections: 1 });
  await expect(withDatabaseErrors(() => database.$queryRaw`SELECT 1`)).rejects.toThrow(
    'The Scanner database did not answer (DatabaseNotReachable).',
  );
  await database.$disconnect();
});

it('names the constraint that refused a row, or the column that may not be null, and no data', async () => {
  const test = await createTestDatabase();
  const database = connectDatabase(test.url, { connections: 1 });
  const refusal = (sql: string) =>
    withDatabaseErrors(() => database.$executeRawUnsafe(sql)).catch((error: unknown) => describeFailure(error));
  const insert = (columns: string, values: string) => refusal(`INSERT INTO users (${columns}) VALUES (${values})`);
  const { id } = await database.team.create({ data: { name: 'Acme', stytchOrganizationId: 'org-1' } });
  expect(await insert('team_id, email, status', `'${id}', 'ada@acme.example', 'constraint "ada"'`)).toBe(
    'The Scanner database refused a row (23514, constraint users_status_check).',
  );
  expect(await insert('team_id, email', `'${id}', NULL`)).toBe(
    'The Scanner database refused a row (23502, not-null constraint of email).',
  );
  expect(await insert('team_id, email', `'${crypto.randomUUID()}', 'ada@acme.example'`)).toBe(
    'The Scanner database refused a row (23503, constraint users_team_id_fkey).',
  );
  expect(await refusal(`INSERT INTO teams (name, stytch_organization_id) VALUES ('Ada', 'org-1')`)).toBe(
    'The Scanner database refused a row (23505, constraint teams_stytch_organization_id_key).',
  );
  await database.$executeRawUnsafe(`ALTER TABLE users ADD CONSTRAINT "ada byron" CHECK (email <> 'x')`);
  expect(await insert('team_id, email', `'${id}', 'x'`)).toBe('The Scanner database refused a row (23514).');
  await database.$disconnect();
  await test.drop();
});
