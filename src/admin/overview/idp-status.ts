import { type Database, withDatabaseErrors } from '../../database/database.js';
import { providerOf, spokenName } from '../connection/providers.js';

/** The events of the connection since it was created. */
export type IdpStatus = {
  /** The identity provider's name, as the admin chose it. */
  provider: string;
  /** The last event, ISO 8601. Null before the first one. */
  lastAt: string | null;
  /** The name of the first person. Null before the first one. */
  firstPerson: string | null;
  /** The first IdP role value. Null before the first one. */
  firstValue: string | null;
};

/** Events that are searched for the first person and the first value. */
const eventsMax = 1_000;

/**
 * Svix delivers for a bit longer than a day, so what was heard after two days is no late event of the connection before. It
 * stays known when the events themselves are too old to be kept.
 */
const deliveryTime = '2 days';

/**
 * Events about the connection itself are Scanner's own doing, and events of the connection before don't count. A sweep, or an
 * event that was sent before, may read a value before the event about it is handled. A value that is read now belongs to this
 * connection, so the first value is looked for in every change.
 */
export function readIdpStatus(database: Database, teamId: string): Promise<IdpStatus> {
  return withDatabaseErrors(async () => {
    const [row] = await database.$queryRaw<StatusRow[]>`
      WITH connection AS (
        SELECT identity_provider, CASE WHEN created_by IS NOT NULL THEN created_at ELSE COALESCE(
          (SELECT max(updated_at) FROM scim_connections WHERE team_id = ${teamId}::uuid AND status = 'deleted'),
          '-infinity') END AS since
        FROM scim_connections WHERE team_id = ${teamId}::uuid AND status = 'active' ORDER BY created_at DESC LIMIT 1
      ), first AS (
        SELECT e.id, e.user_id FROM sync_events e, connection c
        WHERE e.team_id = ${teamId}::uuid AND e.applied_at >= c.since AND e.event_type LIKE 'scim.%'
          AND e.event_type NOT LIKE 'scim.scim_connection.%' AND COALESCE(e.sent_at, e.applied_at) >= c.since
        ORDER BY e.id LIMIT ${eventsMax}
      ), changed AS (
        SELECT e.id, e.changes FROM sync_events e, connection c
        WHERE e.team_id = ${teamId}::uuid AND e.applied_at >= c.since AND e.outcome = 'changed'
        ORDER BY e.id LIMIT ${eventsMax}
      )
      SELECT c.identity_provider AS provider, GREATEST(
        (SELECT heard_at FROM team_syncs WHERE team_id = ${teamId}::uuid AND heard_at >= c.since + ${deliveryTime}::interval),
        (SELECT received_at FROM sync_events WHERE team_id = ${teamId}::uuid AND applied_at >= c.since
          AND event_type LIKE 'scim.%' AND event_type NOT LIKE 'scim.scim_connection.%' AND trigger = 'hint'
          AND COALESCE(sent_at, applied_at) >= c.since ORDER BY id DESC LIMIT 1)) AS "lastAt",
        (SELECT COALESCE(NULLIF(u.name, ''), u.email) FROM first f JOIN users u ON u.id = f.user_id
          WHERE u.team_id = ${teamId}::uuid ORDER BY f.id LIMIT 1) AS "firstPerson",
        (SELECT change->>'value' FROM changed e, jsonb_array_elements(e.changes) change
          WHERE change->>'type' = 'idp_role_value_added' ORDER BY e.id LIMIT 1) AS "firstValue"
      FROM connection c`;
    if (row === undefined)
      return { provider: 'your identity provider', lastAt: null, firstPerson: null, firstValue: null };
    const lastAt = row.lastAt?.toISOString() ?? null;
    const firstValue = lastAt === null ? null : row.firstValue;
    return { ...row, provider: spokenName(providerOf(row.provider)), lastAt, firstValue };
  });
}

type StatusRow = { provider: string; lastAt: Date | null; firstPerson: string | null; firstValue: string | null };
