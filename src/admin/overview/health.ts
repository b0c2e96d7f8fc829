import { type Database, withDatabaseErrors } from '../../database/database.js';
import { eventLag } from '../../database/event-lag.js';

/** The health of a team's sync. */
export type Health = {
  /** The lag of the changes of the last 24 hours. Null: no event caused one. */
  p50Seconds: number | null;
  p99Seconds: number | null;
  /** All changes of the last 24 hours, also those without an event, and the acts of admins. */
  changes: number;
  /** By hour, oldest first, including hours without a change. */
  hours: { from: string; changes: number; p50Seconds: number | null; p99Seconds: number | null }[];
  /** The promise: no change takes longer. */
  slaSeconds: number;
  /** The age of the oldest event of all teams that is not handled yet. Null when the queue is unavailable. */
  oldestWaitingSeconds: number | null;
  /** When the identity provider last sent an event. */
  lastHeardAt: string | null;
  /** Since when it has been silent for longer than ever before. */
  quietSince: string | null;
  /** When the team was last swept, and how many people that found. */
  lastSweptAt: string | null;
  lastSweptMembers: number | null;
  /** Held deactivations: they wait for an admin or for Scanner support, because too many people were missing at once. */
  held: { people: number; since: string } | null;
};

export type HealthDependencies = {
  database: Database;
  oldestWaitingSeconds: () => Promise<number | null>;
  slaSeconds: number;
};

export async function readHealth(
  { database, oldestWaitingSeconds, slaSeconds }: HealthDependencies,
  teamId: string,
): Promise<Health> {
  const [lags, [state], oldest] = await withDatabaseErrors(() =>
    Promise.all([readLags(database, teamId), readState(database, teamId), oldestWaitingSeconds().catch(() => null)]),
  );
  const { lastHeardAt, quietSince, lastSweptAt, lastSweptMembers, heldPeople, heldSince } = state;
  const { from: _, ...totals } = lags.at(-1) ?? { from: null, changes: 0, p50Seconds: null, p99Seconds: null };
  return {
    ...totals,
    hours: lags.flatMap(({ from, ...hour }) => (from === null ? [] : [{ ...hour, from: from.toISOString() }])),
    slaSeconds,
    oldestWaitingSeconds: oldest,
    lastHeardAt: lastHeardAt?.toISOString() ?? null,
    quietSince: quietSince?.toISOString() ?? null,
    lastSweptAt: lastSweptAt?.toISOString() ?? null,
    lastSweptMembers,
    held: heldSince && { people: heldPeople ?? 0, since: heldSince.toISOString() },
  };
}

type Lags = { changes: number; p50Seconds: number | null; p99Seconds: number | null };

/** More are not counted. A team of 100,000 people has as many on its first day. */
export const changesCountedMax = 100_000;

/**
 * One pass over all changes gives the hours, and the whole day as the last row. Acts of admins count, as in the activity log.
 * The percentiles ignore changes without a lag.
 */
function readLags(database: Database, teamId: string) {
  return database.$queryRaw<(Lags & { from: Date | null })[]>`
    WITH changes AS (
      (SELECT applied_at AS at, ${eventLag} AS lag FROM sync_events
        WHERE team_id = ${teamId}::uuid AND applied_at > now() - interval '24 hours' AND outcome = 'changed'
        ORDER BY applied_at DESC LIMIT ${changesCountedMax})
      UNION ALL
      (SELECT at, NULL FROM audit_log WHERE details->>'teamId' = ${teamId} AND at > now() - interval '24 hours'
        ORDER BY id DESC LIMIT ${changesCountedMax})
    ), summed AS (
      SELECT date_trunc('hour', at) AS hour, LEAST(count(*), ${changesCountedMax})::int AS changes,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY lag) AS p50, percentile_cont(0.99) WITHIN GROUP (ORDER BY lag) AS p99
      FROM changes GROUP BY GROUPING SETS ((date_trunc('hour', at)), ())
    ), hours AS (
      SELECT generate_series(date_trunc('hour', now()) - interval '23 hours', date_trunc('hour', now()), '1 hour') AS hour
      UNION ALL SELECT NULL
    )
    SELECT h.hour AS "from", COALESCE(s.changes, 0) AS changes, s.p50 AS "p50Seconds", s.p99 AS "p99Seconds"
    FROM hours h LEFT JOIN summed s ON s.hour IS NOT DISTINCT FROM h.hour ORDER BY h.hour NULLS LAST`;
}

type TeamState = {
  lastHeardAt: Date | null;
  quietSince: Date | null;
  lastSweptAt: Date | null;
  lastSweptMembers: number | null;
  heldPeople: number | null;
  heldSince: Date | null;
};

/** `heard_at` is updated only now and then, so newer events are read too. */
function readState(database: Database, teamId: string) {
  return database.$queryRaw<[TeamState]>`
    SELECT s.quiet_since AS "quietSince", s.swept_at AS "lastSweptAt", s.swept_members AS "lastSweptMembers",
      GREATEST(s.heard_at, (SELECT max(received_at) FROM (SELECT received_at FROM sync_events
        WHERE team_id = t.id AND event_type LIKE 'scim.%' AND trigger = 'hint' AND applied_at > now() - interval '1 day'
        ORDER BY id DESC LIMIT 1) AS last
      )) AS "lastHeardAt",
      cardinality(h.user_ids) AS "heldPeople", h.since AS "heldSince"
    FROM teams t LEFT JOIN team_syncs s ON s.team_id = t.id
    LEFT JOIN held_changes h ON h.team_id = t.id AND h.resolution IS NULL
    WHERE t.id = ${teamId}::uuid`;
}
