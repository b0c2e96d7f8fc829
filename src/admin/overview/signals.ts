import { type Database, withDatabaseErrors } from '../../database/database.js';
import { type Signals, signalMax } from './checklist.js';

/** Rows in which distinct values are counted. Enough for a usual team. */
const valueRowsMax = 10_000;

/**
 * Reads the signals for the checklist. Only what happened since this connection was created counts. It is cheap enough for
 * every few seconds, because it counts only up to `signalMax`. A connection that was created elsewhere is older than our row.
 * So its events count from the end of the previous one.
 */
export function readSignals(database: Database, teamId: string): Promise<Signals> {
  return withDatabaseErrors(async () => {
    const [signals] = await database.$queryRaw<[Signals]>`
      WITH connection AS (
        SELECT max(CASE WHEN created_by IS NOT NULL THEN created_at ELSE COALESCE(
          (SELECT max(updated_at) FROM scim_connections WHERE team_id = ${teamId}::uuid AND status = 'deleted'),
          '-infinity') END) AS since
        FROM scim_connections WHERE team_id = ${teamId}::uuid AND status = 'active'
      ), provisioned AS (
        (SELECT id FROM users WHERE team_id = ${teamId}::uuid AND stytch_member_id IS NOT NULL
          AND scim_external_id IS NOT NULL AND GREATEST(created_at, updated_at) >= (SELECT since FROM connection)
          LIMIT ${signalMax})
        UNION (SELECT u.id FROM sync_events e JOIN users u ON u.id = e.user_id
          WHERE e.team_id = ${teamId}::uuid AND e.applied_at >= (SELECT since FROM connection)
            AND COALESCE(e.sent_at, e.applied_at) >= (SELECT since FROM connection)
            AND e.event_type LIKE 'scim.%' AND u.team_id = e.team_id AND u.stytch_member_id IS NOT NULL LIMIT ${signalMax})
      ), value_rows AS (
        SELECT v.value FROM provisioned p JOIN idp_role_values v ON v.user_id = p.id LIMIT ${valueRowsMax}
      ), granted AS (
        SELECT 1 FROM provisioned p WHERE EXISTS (SELECT 1 FROM role_grants g
          JOIN roles r ON r.id = g.role_id WHERE g.user_id = p.id AND g.source = 'scim' AND r.team_id = ${teamId}::uuid)
        LIMIT ${signalMax}
      ), deactivated AS (
        SELECT 1 FROM users WHERE team_id = ${teamId}::uuid AND status = 'deactivated'
          AND deactivated_at >= (SELECT since FROM connection) LIMIT ${signalMax}
      )
      SELECT c.since IS NOT NULL AS "isConnected",
        (SELECT LEAST(count(*), ${signalMax})::int FROM provisioned) AS people,
        (SELECT LEAST(count(DISTINCT value), ${signalMax})::int FROM value_rows) AS values,
        (SELECT count(*) = ${valueRowsMax} FROM value_rows)
          OR (SELECT count(*) >= ${signalMax} FROM provisioned) AS "valuesAreMore",
        (SELECT count(*)::int FROM granted) AS granted,
        (SELECT count(*)::int FROM deactivated) AS deactivated
      FROM connection c`;
    return signals;
  });
}
