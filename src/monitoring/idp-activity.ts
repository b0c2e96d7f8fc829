import { type Database, withDatabaseErrors } from '../database/database.js';
import { isQuiet } from '../directory/idle.js';

/**
 * Notes when each team's IdP was last heard from (an event with source SCIM) and how long its longest silence was, and
 * which teams are quiet now. Looks only at what was recorded since anybody was last heard, so an idle system costs
 * nothing; events recorded late count too, up to five minutes. Twice the same is the same.
 * @returns the teams that have become quiet now
 */
export async function recordIdpActivity(database: Database, nowMs: number): Promise<string[]> {
  await withDatabaseErrors(() => noteHeard(database));
  const teams = await withDatabaseErrors(() => hearings(database));
  const quiet = teams.filter((team) => team.isConnected && isQuiet(team, nowMs));
  const fallenSilent = quiet.filter(({ quietSince }) => quietSince === null).map(({ teamId }) => teamId);
  const speaking = teams
    .filter((team) => team.quietSince !== null && !quiet.includes(team))
    .map(({ teamId }) => teamId);
  await withDatabaseErrors(() => markQuiet(database, fallenSilent, speaking));
  return fallenSilent;
}

async function noteHeard(database: Database): Promise<void> {
  await database.$executeRaw`
    WITH recent AS (
      SELECT e.team_id, e.received_at FROM sync_events e JOIN teams t ON t.id = e.team_id
      WHERE e.trigger = 'hint' AND e.event_type LIKE 'scim.%' AND e.received_at IS NOT NULL
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

type TeamHearing = {
  teamId: string;
  heardAtMs: number;
  longestSilenceMs: number;
  quietSince: Date | null;
  /** A team whose connection is known to be gone has nothing to say. */
  isConnected: boolean;
};

function hearings(database: Database): Promise<TeamHearing[]> {
  return database.$queryRaw<TeamHearing[]>`
    SELECT s.team_id::text AS "teamId", (extract(epoch FROM s.heard_at) * 1000)::float8 AS "heardAtMs",
      (COALESCE(s.longest_silence_seconds, 0) * 1000)::float8 AS "longestSilenceMs", s.quiet_since AS "quietSince",
      t.id IS NOT NULL AND COALESCE((SELECT bool_or(c.status = 'active') FROM scim_connections c
        WHERE c.team_id = t.id), true) AS "isConnected"
    FROM team_syncs s LEFT JOIN scim_connected_teams t ON t.id = s.team_id WHERE s.heard_at IS NOT NULL`;
}

async function markQuiet(database: Database, quiet: readonly string[], speaking: readonly string[]): Promise<void> {
  if (quiet.length + speaking.length === 0) return;
  await database.$executeRaw`
    UPDATE team_syncs SET quiet_since = CASE WHEN team_id = ANY(${quiet}::uuid[]) THEN clock_timestamp() END
    WHERE team_id = ANY(${[...quiet, ...speaking]}::uuid[])`;
}
