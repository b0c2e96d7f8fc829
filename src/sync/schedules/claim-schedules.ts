import { type Database, type Sql, sql } from '../../database/database.js';

/** A schedule's name and interval. `hasWork`: an SQL condition, false while a run would find nothing to do. */
export type ScheduleTimes = { name: string; everyMs: number; hasWork?: Sql };

/** `isOurs`: this process runs the schedule now. `waitMs`: the time until it is due again. */
export type Claim = { name: string; isOurs: boolean; waitMs: number };

/** Times are multiples of this, so that schedules are due together and one statement claims them. */
const gridMs = 5_000;

/**
 * Claims the schedules that are due, in the database. Of several processes that claim at the same time, one gets a schedule. If
 * it dies after that, one run is skipped, and the next one is due as usual. A time that is too far in the future (a clock was
 * ahead) is ignored. A schedule without work counts as run: in an idle system this statement is all that schedules cost.
 */
export async function claimSchedules(database: Database, schedules: readonly ScheduleTimes[]): Promise<Claim[]> {
  const names = schedules.map(({ name }) => name);
  const every = schedules.map(({ everyMs }) => everyMs);
  return database.$queryRaw<Claim[]>`
    WITH wanted AS (
      SELECT name, to_timestamp(floor((extract(epoch FROM clock_timestamp()) * 1000 + every_ms) / grid) * grid / 1000) AS next_at
      FROM (SELECT *, GREATEST(1, LEAST(every_ms, ${gridMs}::float8)) AS grid
        FROM unnest(${names}::text[], ${every}::float8[]) AS w(name, every_ms)) w ORDER BY name
    ), claimed AS (
      INSERT INTO schedule_runs AS r (name, next_at) SELECT name, next_at FROM wanted
      ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at
        WHERE r.next_at <= clock_timestamp() OR r.next_at > excluded.next_at + interval '1 minute'
      RETURNING name, next_at
    )
    SELECT name, CASE WHEN c.name IS NULL THEN false ELSE ${haveWork(schedules)} END AS "isOurs",
      (extract(epoch FROM COALESCE(c.next_at, r.next_at) - clock_timestamp()) * 1000)::float8 AS "waitMs"
    FROM wanted LEFT JOIN claimed c USING (name) LEFT JOIN schedule_runs r USING (name)`;
}

/** Each condition is evaluated only for its own schedule, and only if this process has claimed it. */
function haveWork(schedules: readonly ScheduleTimes[]): Sql {
  return schedules.reduce(
    (otherwise, { name, hasWork }) =>
      hasWork === undefined ? otherwise : sql.piece`CASE WHEN name = ${name} THEN ${hasWork} ELSE ${otherwise} END`,
    sql.raw('true'),
  );
}

/** Postpones a schedule, because its work has just been done. @param ms from now, at most a minute: see claimSchedules */
export async function postpone(database: Database, name: string, ms: number): Promise<void> {
  await database.$executeRaw`
    UPDATE schedule_runs SET next_at = clock_timestamp() + ${ms}::float8 * interval '1 millisecond' WHERE name = ${name}`;
}
