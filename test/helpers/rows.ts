import type { Database } from '../../src/database/database.js';

export type Row = {
  teamId: string;
  team: string;
  user: string;
  name: string;
  memberId: string | null;
  externalId: string | null;
  status: string;
  values: string[];
  grants: string[];
  keys: string[];
};

/** Everything that this project may change, one line a user, in a form that tests can compare and people can read. */
export async function rowsOf(database: Database): Promise<Row[]> {
  return database.$queryRaw<Row[]>`
    SELECT t.id::text AS "teamId", t.name AS team, u.email AS user, u.name, u.stytch_member_id AS "memberId",
      u.scim_external_id AS "externalId", u.status,
      ARRAY(SELECT value || ' via ' || via FROM idp_role_values v WHERE v.user_id = u.id ORDER BY 1) AS values,
      ARRAY(SELECT r.name || ' (' || g.source || ')' FROM role_grants g JOIN roles r ON r.id = g.role_id
        WHERE g.user_id = u.id ORDER BY 1) AS grants,
      ARRAY(SELECT k.name || CASE WHEN k.revoked_at IS NULL THEN '' ELSE ' revoked' END FROM api_keys k
        WHERE k.owner_user_id = u.id ORDER BY 1) AS keys
    FROM users u JOIN teams t ON t.id = u.team_id ORDER BY t.name, u.email, u.stytch_member_id`;
}

/** @returns the team's id */
export async function seedTeam(
  database: Database,
  team: { name: string; organizationId: string | null; roles?: string[]; connected?: boolean },
): Promise<string> {
  const { id } = await database.team.create({
    data: {
      name: team.name,
      stytchOrganizationId: team.organizationId,
      ssoScimEnabled: team.connected ?? true,
      roles: { create: (team.roles ?? []).map((name) => ({ name })) },
    },
  });
  return id;
}
