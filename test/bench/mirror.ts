import type { Database } from '../../src/database/database.js';

/** The rows of a team as they would be after a first sweep of people p0, p1 … who are analysts, without sweeping. */
export async function mirror(database: Database, teamId: string, memberIds: readonly string[]): Promise<void> {
  await mirrorTeam(database, { teamId, memberIds, domain: 't0.example' });
  await database.$executeRaw`ANALYZE users, idp_role_values, role_grants`;
}

type MirroredTeam = { teamId: string; memberIds: readonly string[]; domain: string };

/** The same for one of many teams, without ANALYZE. @param domain of its e-mails, as people.ts makes them */
export async function mirrorTeam(database: Database, { teamId, memberIds, domain }: MirroredTeam): Promise<void> {
  for (let from = 0; from < memberIds.length; from += 10_000) {
    const part = JSON.stringify(memberIds.slice(from, from + 10_000).map((memberId, i) => ({ memberId, n: from + i })));
    await database.$executeRaw`
      WITH person AS (
        INSERT INTO users (team_id, stytch_member_id, email, name, scim_external_id, observed_at, created_at)
        SELECT ${teamId}::uuid, m."memberId", 'p' || n || '@' || ${domain}::text, 'Person ' || n, 'ext-' || n,
          now() - interval '1 hour', now() - interval '1 hour'
        FROM jsonb_to_recordset(${part}::jsonb) AS m("memberId" text, n int) RETURNING id
      ), value AS (
        INSERT INTO idp_role_values (user_id, value, via) SELECT id, 'analyst', 'roles' FROM person
      )
      INSERT INTO role_grants (user_id, role_id, source)
      SELECT person.id, r.id, 'scim' FROM person, roles r WHERE r.team_id = ${teamId}::uuid AND r.name = 'scim:analyst'`;
  }
}
