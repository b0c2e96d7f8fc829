import { type Database, withDatabaseErrors } from '../../database/database.js';

/** What deleting the connection affects. Shown before it is deleted. */
export type DeletionPreview = {
  /** Active users that Stytch knows. */
  people: number;
  /** Users who hold a role by SCIM. */
  granted: number;
  /** Distinct IdP role values. */
  values: number;
};

export function previewDeletion(database: Database, teamId: string): Promise<DeletionPreview> {
  return withDatabaseErrors(async () => {
    const [preview] = await database.$queryRaw<[DeletionPreview]>`
      SELECT
        (SELECT count(*)::int FROM users WHERE team_id = ${teamId}::uuid AND status = 'active'
          AND stytch_member_id IS NOT NULL) AS people,
        (SELECT count(DISTINCT g.user_id)::int FROM role_grants g JOIN roles r ON r.id = g.role_id
          WHERE r.team_id = ${teamId}::uuid AND g.source = 'scim') AS granted,
        (SELECT count(DISTINCT v.value)::int FROM idp_role_values v JOIN users u ON u.id = v.user_id
          WHERE u.team_id = ${teamId}::uuid) AS values`;
    return preview;
  });
}
