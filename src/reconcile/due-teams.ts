import type { Database } from '../database.js';

/**
 * The connected teams whose sweep is due. The database is the schedule: each team has its own second in every interval,
 * by its id, so that sweeps are spread and none is ever further from the next than the interval, whatever queue, worker
 * or job was lost in between.
 */
export async function dueTeams(database: Database, intervalSeconds: number): Promise<string[]> {
  const teams = await database.$queryRaw<{ id: string }[]>`
    WITH connected AS (
      SELECT id, ((hashtext(id::text) % ${intervalSeconds}) + ${intervalSeconds}) % ${intervalSeconds} AS phase
      FROM teams WHERE sso_scim_enabled AND stytch_organization_id IS NOT NULL
    ), slots AS (
      SELECT id, to_timestamp(
        floor((extract(epoch FROM clock_timestamp()) - phase) / ${intervalSeconds}) * ${intervalSeconds} + phase) AS slot
      FROM connected
    )
    SELECT id::text FROM slots LEFT JOIN team_syncs s ON s.team_id = id
    WHERE s.sweep_queued_at IS NULL OR s.sweep_queued_at < slot
    ORDER BY s.sweep_queued_at NULLS FIRST`;
  return teams.map(({ id }) => id);
}

/** To be called after their sweeps were queued: dying in between queues them twice, never not at all. */
export async function markQueued(database: Database, teamIds: readonly string[]): Promise<void> {
  await database.$executeRaw`
    INSERT INTO team_syncs (team_id, sweep_queued_at)
    SELECT t.id, clock_timestamp() FROM teams t WHERE t.id = ANY(${teamIds}::uuid[]) ORDER BY t.id
    ON CONFLICT (team_id) DO UPDATE SET sweep_queued_at = excluded.sweep_queued_at`;
}

export async function connectedTeams(database: Database): Promise<string[]> {
  const teams = await database.team.findMany({
    where: { ssoScimEnabled: true, stytchOrganizationId: { not: null } },
    select: { id: true },
  });
  return teams.map(({ id }) => id);
}
