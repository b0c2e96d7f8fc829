import type { Database } from '../../database/database.js';
import { inDatabase } from '../in-database.js';

/** How the synchronisation of a team is doing. */
export type Health = {
  /** Of the last 24 hours: how long changes took from Stytch to the Scanner database. Null: there was none. */
  p50Seconds: number | null;
  p99Seconds: number | null;
  changes: number;
  /** Hour by hour, the oldest first, the hours without a change too. */
  hours: { from: string; changes: number; p50Seconds: number | null; p99Seconds: number | null }[];
  /** How long the oldest event that is not settled yet has waited, of all teams; null when the queue can't say. */
  oldestWaitingSeconds: number | null;
  /** When the identity provider last said anything. */
  lastHeardAt: string | null;
  /** Since when it has been silent for longer than it used to be. */
  quietSince: string | null;
  /** When the whole team was last read, and how many people that saw. */
  lastSweptAt: string | null;
  lastSweptMembers: number | null;
  /** Deactivations that wait for a person at Scanner, because too many people were missing at once. */
  held: { people: number; since: string } | null;
};

export type HealthDependencies = { database: Database; oldestWaitingSeconds: () => Promise<number | null> };

export async function readHealth(
  { database, oldestWaitingSeconds }: HealthDependencies,
  teamId: string,
): Promise<Health> {
  const [lags, [standing], oldest] = await inDatabase(() =>
    Promise.all([readLags(database, teamId), readStanding(database, teamId), oldestWaitingSeconds().catch(() => null)]),
  );
  const { lastHeardAt, quietSince, lastSweptAt, lastSweptMembers, heldPeople, heldSince } = standing;
  const { from: _, ...totals } = lags.at(-1) ?? { from: null, changes: 0, p50Seconds: null, p99Seconds: null };
  return {
    ...totals,
    hours: lags.flatMap(({ from, ...hour }) => (from === null ? [] : [{ ...hour, from: from.toISOString() }])),
    oldestWaitingSeconds: oldest,
    lastHeardAt: lastHeardAt?.toISOString() ?? null,
    quietSince: quietSince?.toISOString() ?? null,
    lastSweptAt: lastSweptAt?.toISOString() ?? null,
    lastSweptMembers,
    held: heldSince && { people: heldPeople ?? 0, since: heldSince.toISOString() },
  };
}

type Lags = { changes: number; p50Seconds: number | null; p99Seconds: number | null };

/** The latest are enough to say how the synchronisation is doing; a team of 100,000 has as many on its first day. */
const lagsMax = 100_000;

/** The changes are read once, for the hours and for the whole day, which is the last row. */
function readLags(database: Database, teamId: string) {
  return database.$queryRaw<(Lags & { from: Date | null })[]>`
    WITH lags AS (
      SELECT applied_at, GREATEST(0, extract(epoch FROM applied_at - sent_at))::float8 AS lag FROM sync_events
      WHERE team_id = ${teamId}::uuid AND applied_at > now() - interval '24 hours' AND outcome = 'changed'
        AND trigger IN ('hint', 'recheck') AND sent_at IS NOT NULL
      ORDER BY applied_at DESC LIMIT ${lagsMax}
    ), summed AS (
      SELECT date_trunc('hour', applied_at) AS hour, count(*)::int AS changes,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY lag) AS p50, percentile_cont(0.99) WITHIN GROUP (ORDER BY lag) AS p99
      FROM lags GROUP BY GROUPING SETS ((date_trunc('hour', applied_at)), ())
    ), hours AS (
      SELECT generate_series(date_trunc('hour', now()) - interval '23 hours', date_trunc('hour', now()), '1 hour') AS hour
      UNION ALL SELECT NULL
    )
    SELECT h.hour AS "from", COALESCE(s.changes, 0) AS changes, s.p50 AS "p50Seconds", s.p99 AS "p99Seconds"
    FROM hours h LEFT JOIN summed s ON s.hour IS NOT DISTINCT FROM h.hour ORDER BY h.hour NULLS LAST`;
}

type Standing = {
  lastHeardAt: Date | null;
  quietSince: Date | null;
  lastSweptAt: Date | null;
  lastSweptMembers: number | null;
  heldPeople: number | null;
  heldSince: Date | null;
};

/** `heard_at` is noted now and then; what was recorded since is looked up. */
function readStanding(database: Database, teamId: string) {
  return database.$queryRaw<[Standing]>`
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
