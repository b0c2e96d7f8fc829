import { createHash } from 'node:crypto';
import { type Database, withDatabaseErrors } from '../../database/database.js';
import { type RoleValue, roleValueKey } from '../../directory/role-values.js';
import type { Reading } from '../../directory/world.js';

/** The members whose rows are right: member id -> its active user, or null if there is none and should be none. */
export type UpToDate = Map<string, string | null>;

/**
 * Finds the readings of a sweep that need no change. The database compares checksums of its rows, so that an unchanged row is
 * neither transferred nor locked. The result is a filter, not a decision: the other members are planned under locks.
 */
export async function compare(database: Database, readings: readonly Reading[]): Promise<UpToDate> {
  const desired = readings.map(({ member }) => {
    const { memberId: member_id, organizationId: organization_id } = member;
    if (member.presence === 'gone') return { member_id, organization_id, active: false };
    const { email, name, externalId: external_id, roleValues } = member;
    return { member_id, organization_id, active: true, email, name, external_id, held: checksum(roleValues) };
  });
  const rows = await withDatabaseErrors(
    () => database.$queryRaw<{ memberId: string; userId: string | null }[]>`
      WITH desired AS (
        SELECT * FROM jsonb_to_recordset(${JSON.stringify(desired)}::jsonb) AS d(member_id text, organization_id text,
          active boolean, email text, name text, external_id text, held text)
      )
      SELECT d.member_id AS "memberId", CASE WHEN d.active THEN u.id::text END AS "userId"
      FROM desired d LEFT JOIN users u ON u.stytch_member_id = d.member_id LEFT JOIN teams t ON t.id = u.team_id
      WHERE CASE
        WHEN u.id IS NULL THEN NOT d.active
        WHEN u.observed_at > clock_timestamp() THEN false -- the date has to be corrected
        WHEN d.active THEN u.status = 'active' AND t.stytch_organization_id = d.organization_id
          AND u.email = d.email AND u.name = d.name AND u.scim_external_id IS NOT DISTINCT FROM d.external_id
          AND d.held = COALESCE((
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

/** The same checksum as in the statement above. */
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
