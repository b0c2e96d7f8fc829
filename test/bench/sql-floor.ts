import pg from 'pg';
import type { Bench } from './machine.js';
import type { People } from './people.js';

const perTransaction = 1_000;

/** The database's floor: the rows that 1,000 newcomers end in, in one statement on one connection, unread and undecided. */
export async function writeRows(bench: Bench, { organizationId, memberIds }: People): Promise<void> {
  const teamId = await bench.team(organizationId);
  const client = new pg.Client({ connectionString: bench.databaseUrl });
  await client.connect();
  for (let from = 0; from < memberIds.length; from += perTransaction) {
    const part = memberIds.slice(from, from + perTransaction).map((id, i) => ({ id, n: from + i }));
    await client.query(statement, [JSON.stringify(part), teamId]);
  }
  await client.end();
}

const statement = `
  WITH person AS (
    INSERT INTO users (team_id, stytch_member_id, email, name, scim_external_id, observed_at)
    SELECT $2::uuid, m.id, 'p' || n || '@t0.example', 'Person ' || n, 'ext-' || n, now()
    FROM jsonb_to_recordset($1::jsonb) AS m(id text, n int) RETURNING id, stytch_member_id
  ), value AS (
    INSERT INTO idp_role_values (user_id, value, via) SELECT id, 'analyst', 'roles' FROM person
  ), event AS (
    INSERT INTO sync_events (svix_id, trigger, team_id, user_id, stytch_member_id, outcome, changes, sent_at, received_at)
    SELECT gen_random_uuid(), 'hint', $2::uuid, id, stytch_member_id, 'changed', '[]', now(), now() FROM person
  )
  INSERT INTO role_grants (user_id, role_id, source)
  SELECT person.id, r.id, 'scim' FROM person, roles r WHERE r.team_id = $2::uuid AND r.name = 'scim:analyst'`;
