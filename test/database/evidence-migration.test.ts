import { cpSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { connectDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrations.js';
import { checkEntries } from '../../src/support/export/entry.js';
import { beginningOf, leaversOf } from '../../src/support/export/leavers.js';
import { createTestDatabase } from '../helpers/database.js';
import { temporaryFolder } from '../helpers/folders.js';
import { listed } from '../helpers/support.js';

const own = resolve('prisma/migrations');
const added = '20261128011000_leaver_evidence';

/** The migrations before the one that adds the evidence. */
function folderOfBefore(): string {
  const folder = temporaryFolder('migrations-before');
  for (const name of readdirSync(own).filter((one) => one < added))
    cpSync(join(own, name), join(folder, name), { recursive: true });
  return folder;
}

it('takes over the leavers of the events that are still kept, and what happened to them later', async () => {
  const { url, database: first, drop } = await createTestDatabase();
  await first.$disconnect();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('DROP SCHEMA IF EXISTS scim CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  await migrate(url, folderOfBefore());
  await client.query('SET search_path = scim, public');
  const { rows } = await client.query(`
    WITH team AS (INSERT INTO teams (name) VALUES ('Acme') RETURNING id), ada AS (
      INSERT INTO users (team_id, email, status, stytch_member_id) SELECT id, 'ada@acme.example', 'deactivated', 'member-ada' FROM team
      RETURNING id, team_id)
    INSERT INTO sync_events (trigger, team_id, user_id, stytch_member_id, outcome, changes, applied_at)
    SELECT what, team_id, id, 'member-ada', 'changed', changes::jsonb, at::timestamptz FROM ada, (VALUES
      ('hint', '[{"type":"user_created"}]', '2026-10-01T00:00:00Z'),
      ('hint', '[{"type":"user_deactivated","because":"says_gone"}]', '2026-10-02T00:00:00Z'),
      ('session', '[{"type":"sessions_revoked"}]', '2026-10-02T00:00:05Z'),
      ('sweep', '[{"type":"user_reactivated"}]', '2026-10-03T00:00:00Z'),
      ('sweep', '[{"type":"user_deactivated","because":"not_found"},{"type":"role_revoked"}]', '2026-10-04T00:00:00Z')
    ) AS happened(what, changes, at)
    RETURNING team_id`);
  expect(await migrate(url)).toContain(added);
  const database = connectDatabase(url, { connections: 1 });
  const beginning = await beginningOf(database, rows[0].team_id, new Date('2026-01-01'));
  expect(beginning.recordBegins).toBe('2026-10-01T00:00:00.000Z');
  const leavers = await listed(leaversOf(database, beginning));
  expect(leavers).toMatchObject([
    {
      ...{ line: 1, email: 'ada@acme.example', evidence: 'says_gone', committed: '2026-10-02T00:00:00.000Z' },
      ...{ sessions_revoked: '2026-10-02T00:00:05.000Z', returned: '2026-10-03T00:00:00.000Z', event_sent: null },
    },
    { line: 2, evidence: 'not_found', grants_revoked: 1, sessions_revoked: null, returned: null },
  ]);
  const cells = leavers.map((one) =>
    Object.entries(one).map(([name, value]) => [name, value === null ? null : String(value)]),
  );
  checkEntries(
    beginning.previous,
    cells.map((entries) => Object.fromEntries(entries)),
  );
  await database.$disconnect();
  await client.end();
  await drop();
});
