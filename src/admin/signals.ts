import type { Database } from '../database.js';
import type { Signals } from './checklist.js';
import { inDatabase } from './in-database.js';

/**
 * Reads what the checklist is ticked by: five small looks at the rows, cheap enough for every few seconds. A connection
 * that was made elsewhere is older than our row of it, so it may have done all since the one before it ended.
 */
export function readSignals(database: Database, teamId: string): Promise<Signals> {
  return inDatabase(async () => {
    const [signals] = await database.$queryRaw<[Signals]>`
      WITH connection AS (
        SELECT max(CASE WHEN created_by IS NOT NULL THEN created_at ELSE COALESCE(
          (SELECT max(updated_at) FROM scim_connections WHERE team_id = ${teamId}::uuid AND status = 'deleted'),
          '-infinity') END) AS since
        FROM scim_connections WHERE team_id = ${teamId}::uuid AND status = 'active'
      )
      SELECT c.since IS NOT NULL AS "isConnected",
        (SELECT count(*)::int FROM users u WHERE u.team_id = ${teamId}::uuid AND u.stytch_member_id IS NOT NULL
          AND (u.scim_external_id IS NOT NULL OR EXISTS (SELECT 1 FROM sync_events e WHERE e.user_id = u.id
            AND e.event_type LIKE 'scim.%' AND e.applied_at >= c.since))) AS people,
        (SELECT count(DISTINCT v.value)::int FROM idp_role_values v JOIN users u ON u.id = v.user_id
          WHERE u.team_id = ${teamId}::uuid) AS values,
        (SELECT count(DISTINCT g.user_id)::int FROM role_grants g JOIN roles r ON r.id = g.role_id
          WHERE r.team_id = ${teamId}::uuid AND g.source = 'scim') AS granted,
        (SELECT count(*)::int FROM users u WHERE u.team_id = ${teamId}::uuid AND u.status = 'deactivated'
          AND u.deactivated_at >= c.since) AS deactivated
      FROM connection c`;
    return signals;
  });
}
