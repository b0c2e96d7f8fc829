import { createHash } from 'node:crypto';
import { type Database, withDatabaseErrors } from '../../database/database.js';
import { type RoleValue, roleValueKey } from '../../directory/role-values.js';
import type { Reading } from '../../directory/world.js';

/** Member id -> its active user, of the members whose rows are right already; null for one who rightly is not active. */
export type Right = Map<string, string | null>;

/**
 * Which readings of a sweep call for no change at all? Compared by the database, with checksums over the very rows, so that
 * however much a user holds, none of it is carried out of it, and nothing is locked. It decides nothing: who is not among
 * the right ones is planned, under locks, by whoever writes it.
 */
export async function compare(database: Database, readings: readonly Reading[]): Promise<Right> {
  const said = readings.map(({ member }) => {
    const { memberId: member_id, organizationId: organization_id } = member;
    if (member.presence === 'gone') return { member_id, organization_id, active: false };
    const { email, name, externalId: external_id, roleValues } = member;
    return { member_id, organization_id, active: true, email, name, external_id, held: checksum(roleValues) };
  });
  const rows = await withDatabaseErrors(
    () => database.$queryRaw<{ memberId: string; userId: string | null }[]>`
      WITH said AS (
        SELECT * FROM jsonb_to_recordset(${JSON.stringify(said)}::jsonb) AS s(member_id text, organization_id text,
          active boolean, email text, name text, external_id text, held text)
      )
      SELECT s.member_id AS "memberId", CASE WHEN s.active THEN u.id::text END AS "userId"
      FROM said s LEFT JOIN users u ON u.stytch_member_id = s.member_id LEFT JOIN teams t ON t.id = u.team_id
      WHERE CASE
        WHEN u.id IS NULL THEN NOT s.active
        WHEN u.observed_at > clock_timestamp() THEN false -- to be dated anew
        WHEN s.active THEN u.status = 'active' AND t.stytch_organization_id = s.organization_id
          AND u.email = s.email AND u.name = s.name AND u.scim_external_id IS NOT DISTINCT FROM s.external_id
          AND s.held = COALESCE((
            SELECT md5(string_agg(hash, '' ORDER BY hash COLLATE "C"))
            FROM (SELECT md5(via || ':' || value) AS hash FROM idp_role_values v WHERE v.user_id = u.id) v), '')
          AND NOT EXISTS (SELECT role_id FROM scim_wanted_grants w WHERE w.user_id = u.id
            EXCEPT SELECT role_id FROM role_grants g WHERE g.user_id = u.id AND g.source = 'scim')
          AND NOT EXISTS (SELECT role_id FROM role_grants g WHERE g.user_id = u.id AND g.source = 'scim'
            EXCEPT SELECT role_id FROM scim_wanted_grants w WHERE w.user_id = u.id)
        ELSE u.status = 'deactivated'
          AND NOT EXISTS (SELECT FROM role_grants g WHERE g.user_id = u.id AND g.source = 'scim')
          AND NOT EXISTS (SELECT FROM idp_role_values v WHERE v.user_id = u.id)
          AND NOT EXISTS (SELECT FROM api_keys k WHERE k.owner_user_id = u.id AND k.revoked_at IS NULL)
        END`,
  );
  return new Map(rows.map(({ memberId, userId }) => [memberId, userId]));
}

/** As in the statement above. */
function checksum(values: readonly RoleValue[]): string {
  if (values.length === 0) return '';
  return md5(
    values
      .map((value) => md5(roleValueKey(value)))
      .sort()
      .join(''),
  );
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
