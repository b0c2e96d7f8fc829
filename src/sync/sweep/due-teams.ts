import { type Database, type Sql, sql } from '../../database/database.js';

/** After a team's organization changed, the team is queued once a minute, so that the first sweep has time to end. */
const changedAgainAfter = '60 seconds';

/** Teams whose second comes within the same five seconds are due together, so that they share a job and a listing. */
const slotSeconds = 5;

/** A part of the interval, and the teams that are due in it. */
export type DueTeams = { slot: number; teamIds: string[] };

/**
 * The teams whose sweep is due. The database is the schedule: each connected team has its own slot in every interval, by its
 * id. So sweeps are spread over the interval, and a lost queue, worker or job delays the next one by at most one interval. A
 * team whose organization differs from the one of its last sweep is due at once, because its users may have lost their
 * organization. A date in the future is ignored.
 */
export async function dueTeams(database: Database, intervalSeconds: number): Promise<DueTeams[]> {
  return database.$queryRaw<DueTeams[]>`
    SELECT (phase / ${slotSeconds})::int AS slot, array_agg(id::text ORDER BY id) AS "teamIds"
    FROM (${due(intervalSeconds)}) d GROUP BY 1 ORDER BY min(queued_at) NULLS FIRST`;
}

/** True if a team is due. */
export function isAnyDue(intervalSeconds: number): Sql {
  return sql.piece`EXISTS (${due(intervalSeconds)})`;
}

function due(intervalSeconds: number): Sql {
  return sql.piece`
    SELECT id, phase, queued_at FROM (
      SELECT *, to_timestamp(
        floor((extract(epoch FROM clock_timestamp()) - phase) / ${intervalSeconds}) * ${intervalSeconds} + phase) AS since
      FROM (
        SELECT *, ((hash % ${intervalSeconds}) + ${intervalSeconds}) % ${intervalSeconds} / ${slotSeconds} * ${slotSeconds} AS phase
        FROM (${known}) k
      ) phased
    ) slots
    WHERE (connected AND (queued_at IS NULL OR queued_at < since))
      OR (moved AND (queued_at IS NULL OR queued_at < clock_timestamp() - ${changedAgainAfter}::interval))`;
}

/** All teams, with what decides when they are swept. */
const known = sql.raw(`
  SELECT t.id, t.created_at, hashtext(t.id::text) AS hash,
    c.id IS NOT NULL AS connected,
    s.swept_organization_id IS NOT NULL AND s.swept_organization_id IS DISTINCT FROM t.stytch_organization_id AS moved,
    CASE WHEN s.sweep_queued_at <= clock_timestamp() THEN s.sweep_queued_at END AS queued_at,
    CASE WHEN s.swept_at <= clock_timestamp() THEN s.swept_at END AS swept_at,
    CASE WHEN s.sweep_claimed_at <= clock_timestamp() THEN s.sweep_claimed_at END AS claimed_at,
    COALESCE(s.sweeping_until > clock_timestamp(), false) AS sweeping,
    s.suspect_since IS NOT NULL OR COALESCE(s.sweeping_until <= clock_timestamp(), false) AS suspect
  FROM teams t LEFT JOIN scim_connected_teams c ON c.id = t.id LEFT JOIN team_syncs s ON s.team_id = t.id`);

export type Overdue = {
  intervalSeconds: number;
  /** Seconds beyond the interval after which a team is overdue. */
  lateSeconds: number;
  /** The most teams to claim. Teams that were claimed longest ago come first. */
  limit: number;
};

/** A claim lasts this long: the time to start the sweep, and the pause after one that failed. */
const claimedAgainAfter = '15 seconds';

/** True if a team is overdue. */
export function isAnyOverdue(overdue: Omit<Overdue, 'limit'>): Sql {
  return sql.piece`EXISTS (${overdueTeams(overdue)})`;
}

function overdueTeams({ intervalSeconds, lateSeconds }: Omit<Overdue, 'limit'>): Sql {
  return sql.piece`
    SELECT id, suspect, claimed_at, swept_at FROM (${known}) k
    WHERE (moved OR connected AND CASE WHEN swept_at IS NULL
        THEN COALESCE(queued_at, created_at) <= now() - make_interval(secs => ${lateSeconds}::float8)
        ELSE swept_at < now() - make_interval(secs => ${intervalSeconds + lateSeconds}::float8) END)
      AND NOT sweeping AND (claimed_at IS NULL OR claimed_at < clock_timestamp() - ${claimedAgainAfter}::interval)`;
}

/**
 * Claims teams whose last sweep is too long ago, and that no worker is sweeping. The state of the queue does not matter.
 * Workers that claim at the same time get different teams. A team that was never swept is overdue when its queued sweep is late.
 * If a lease has expired, the worker died during that sweep: such a team is suspect, so it is claimed alone and after all other
 * teams.
 */
export async function claimOverdue(database: Database, { limit, ...overdue }: Overdue): Promise<string[]> {
  const teams = await database.$queryRaw<{ id: string }[]>`
    WITH overdue AS (
      SELECT id, suspect, row_number() OVER (ORDER BY suspect, claimed_at NULLS FIRST, swept_at NULLS FIRST) AS place
      FROM (${overdueTeams(overdue)}) o
    )
    INSERT INTO team_syncs AS s (team_id, sweep_claimed_at) SELECT id, clock_timestamp() FROM overdue
    WHERE place = 1 OR (NOT suspect AND place <= ${limit}) ORDER BY id
    ON CONFLICT (team_id) DO UPDATE SET sweep_claimed_at = excluded.sweep_claimed_at,
      suspect_since = COALESCE(s.suspect_since, CASE WHEN s.sweeping_until IS NOT NULL THEN excluded.sweep_claimed_at END)
      WHERE s.sweep_claimed_at IS NULL OR s.sweep_claimed_at < clock_timestamp() - ${claimedAgainAfter}::interval
        OR s.sweep_claimed_at > clock_timestamp()
    RETURNING s.team_id::text AS id`;
  return teams.map(({ id }) => id);
}

/** Call it after the sweeps were queued. A process that dies in between leaves them to be queued twice, never lost. */
export async function markQueued(database: Database, teamIds: readonly string[]): Promise<void> {
  await database.$executeRaw`
    INSERT INTO team_syncs (team_id, sweep_queued_at)
    SELECT t.id, clock_timestamp() FROM teams t WHERE t.id = ANY(${teamIds}::uuid[]) ORDER BY t.id
    ON CONFLICT (team_id) DO UPDATE SET sweep_queued_at = excluded.sweep_queued_at`;
}

/** The ids of all connected teams. */
export async function connectedTeams(database: Database): Promise<string[]> {
  const teams = await database.$queryRaw<{ id: string }[]>`SELECT id::text FROM scim_connected_teams ORDER BY id`;
  return teams.map(({ id }) => id);
}
