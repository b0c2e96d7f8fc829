import { type Database, withDatabaseErrors } from '../database/database.js';
import { isQuiet } from '../directory/idle.js';

/**
 * Records for each team when its IdP last sent an event (source SCIM), its longest silence, and whether it is quiet now. It
 * reads only events recorded since the last one it knows, so an idle system costs nothing. Events recorded up to five minutes
 * late count too. Running it twice changes nothing.
 * @returns the teams that have just become quiet
 */
export async function recordIdpActivity(database: Database, nowMs: number): Promise<string[]> {
  await withDatabaseErrors(() => recordLastEvents(database));
  const teams = await withDatabaseErrors(() => loadActivity(database));
  const quiet = teams.filter((team) => team.isConnected && isQuiet(team, nowMs));
  const newlyQuiet = quiet.filter(({ quietSince }) => quietSince === null).map(({ teamId }) => teamId);
  const active = teams.filter((team) => team.quietSince !== null && !quiet.includes(team)).map(({ teamId }) => teamId);
  await withDatabaseErrors(() => markQuiet(database, newlyQuiet, active));
  return newlyQuiet;
}

async function recordLastEvents(database: Database): Promise<void> {
  await database.$executeRaw`
    WITH recent AS (
      SELECT e.team_id, e.received_at FROM sync_events e JOIN teams t ON t.id = e.team_id
      WHERE e.trigger = 'hint' AND e.event_type LIKE 'scim.%' AND e.received_at IS NOT NULL
        AND e.event_type NOT LIKE 'scim.scim_connection.%'
        AND e.applied_at > LEAST(COALESCE((SELECT max(heard_at) FROM team_syncs), '-infinity'), clock_timestamp())
          - interval '5 minutes'
    ), heard AS (
      SELECT r.team_id, max(r.received_at) AS last, min(r.received_at) FILTER (WHERE r.received_at > s.heard_at) AS next
      FROM recent r LEFT JOIN team_syncs s ON s.team_id = r.team_id GROUP BY r.team_id
    )
    INSERT INTO team_syncs AS s (team_id, heard_at) SELECT team_id, last FROM heard ORDER BY team_id
    ON CONFLICT (team_id) DO UPDATE SET
      heard_at = excluded.heard_at,
      longest_silence_seconds = GREATEST(s.longest_silence_seconds, (SELECT
        extract(epoch FROM h.next - s.heard_at)::int FROM heard h WHERE h.team_id = s.team_id))
      WHERE s.heard_at IS NULL OR s.heard_at < excluded.heard_at OR s.heard_at > clock_timestamp()`;
}

type TeamActivity = {
  teamId: string;
  heardAtMs: number;
  longestSilenceMs: number;
  quietSince: Date | null;
  /** A team without a connection sends no events. */
  isConnected: boolean;
};

function loadActivity(database: Database): Promise<TeamActivity[]> {
  return database.$queryRaw<TeamActivity[]>`
    SELECT s.team_id::text AS "teamId", (extract(epoch FROM s.heard_at) * 1000)::float8 AS "heardAtMs",
      (COALESCE(s.longest_silence_seconds, 0) * 1000)::float8 AS "longestSilenceMs", s.quiet_since AS "quietSince",
      t.id IS NOT NULL AND COALESCE((SELECT bool_or(c.status = 'active') FROM scim_connections c
        WHERE c.team_id = t.id), true) AS "isConnected"
    FROM team_syncs s LEFT JOIN scim_connected_teams t ON t.id = s.team_id WHERE s.heard_at IS NOT NULL`;
}

async function markQuiet(database: Database, quiet: readonly string[], active: readonly string[]): Promise<void> {
  if (quiet.length + active.length === 0) return;
  await database.$executeRaw`
    UPDATE team_syncs SET quiet_since = CASE WHEN team_id = ANY(${quiet}::uuid[]) THEN clock_timestamp() END
    WHERE team_id = ANY(${[...quiet, ...active]}::uuid[])`;
}
