import type { Database } from '../../database/database.js';

/** The name of a schedule, and its interval. */
export type ScheduleTimes = { name: string; everyMs: number };

/** `isOurs`: this process runs the schedule now. `waitMs`: the time until it is due again. */
export type Claim = { name: string; isOurs: boolean; waitMs: number };

/**
 * Claims the schedules that are due, in the database. Of several processes that claim at the same time, one gets a schedule. If
 * it dies after that, one run is skipped, and the next one is due as usual. A time that is too far in the future (a clock was
 * ahead) is ignored.
 */
export async function claimSchedules(database: Database, schedules: readonly ScheduleTimes[]): Promise<Claim[]> {
  const names = schedules.map(({ name }) => name);
  const every = schedules.map(({ everyMs }) => everyMs);
  return database.$queryRaw<Claim[]>`
    WITH wanted AS (
      SELECT name, clock_timestamp() + every_ms * interval '1 millisecond' AS next_at
      FROM unnest(${names}::text[], ${every}::float8[]) AS w(name, every_ms) ORDER BY name
    ), claimed AS (
      INSERT INTO schedule_runs AS r (name, next_at) SELECT name, next_at FROM wanted
      ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at
        WHERE r.next_at <= clock_timestamp() OR r.next_at > excluded.next_at + interval '1 minute'
      RETURNING name, next_at
    )
    SELECT name, c.name IS NOT NULL AS "isOurs",
      (extract(epoch FROM COALESCE(c.next_at, r.next_at) - clock_timestamp()) * 1000)::float8 AS "waitMs"
    FROM wanted LEFT JOIN claimed c USING (name) LEFT JOIN schedule_runs r USING (name)`;
}

/** Postpones a schedule, because its work has just been done. @param ms from now, at most a minute: see claimSchedules */
export async function postpone(database: Database, name: string, ms: number): Promise<void> {
  await database.$executeRaw`
    UPDATE schedule_runs SET next_at = clock_timestamp() + ${ms}::float8 * interval '1 millisecond' WHERE name = ${name}`;
}
