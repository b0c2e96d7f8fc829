import type { Database } from '../database.js';
import { inDatabase } from './in-database.js';

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
  const [hours, [totals], [standing], oldest] = await inDatabase(() =>
    Promise.all([
      readHours(database, teamId),
      readTotals(database, teamId),
      readStanding(database, teamId),
      oldestWaitingSeconds().catch(() => null),
    ]),
  );
  const { lastHeardAt, quietSince, lastSweptAt, lastSweptMembers, heldPeople, heldSince } = standing;
  return {
    ...totals,
    hours: hours.map(({ from, ...hour }) => ({ ...hour, from: from.toISOString() })),
    oldestWaitingSeconds: oldest,
    lastHeardAt: lastHeardAt?.toISOString() ?? null,
    quietSince: quietSince?.toISOString() ?? null,
    lastSweptAt: lastSweptAt?.toISOString() ?? null,
    lastSweptMembers,
    held: heldSince && { people: heldPeople ?? 0, since: heldSince.toISOString() },
  };
}

type Lags = { changes: number; p50Seconds: number | null; p99Seconds: number | null };

function readTotals(database: Database, teamId: string) {
  return database.$queryRaw<[Lags]>`
    SELECT count(*)::int AS changes,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY lag) AS "p50Seconds",
      percentile_cont(0.99) WITHIN GROUP (ORDER BY lag) AS "p99Seconds"
    FROM (SELECT GREATEST(0, extract(epoch FROM applied_at - sent_at))::float8 AS lag FROM sync_events
      WHERE team_id = ${teamId}::uuid AND applied_at > now() - interval '24 hours' AND outcome = 'changed'
        AND trigger IN ('hint', 'recheck') AND sent_at IS NOT NULL) AS last_day`;
}

function readHours(database: Database, teamId: string) {
  return database.$queryRaw<(Lags & { from: Date })[]>`
    SELECT hour AS "from", count(lag)::int AS changes,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY lag) AS "p50Seconds",
      percentile_cont(0.99) WITHIN GROUP (ORDER BY lag) AS "p99Seconds"
    FROM generate_series(date_trunc('hour', now()) - interval '23 hours', date_trunc('hour', now()), '1 hour') AS hour
    LEFT JOIN (SELECT applied_at, GREATEST(0, extract(epoch FROM applied_at - sent_at))::float8 AS lag FROM sync_events
      WHERE team_id = ${teamId}::uuid AND applied_at > now() - interval '24 hours' AND outcome = 'changed'
        AND trigger IN ('hint', 'recheck') AND sent_at IS NOT NULL) AS e
      ON e.applied_at >= hour AND e.applied_at < hour + interval '1 hour'
    GROUP BY hour ORDER BY hour`;
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
