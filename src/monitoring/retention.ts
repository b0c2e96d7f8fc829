import type { Config } from '../config/config.js';
import { type Database, withDatabaseErrors } from '../database/database.js';

/** One statement locks few rows, so that others can work meanwhile. */
const rowsPerStatement = 10_000;
/** Each is a transaction of its own, and the next run does the rest. */
const erasedPerRun = 1_000;

/** Table -> how many of its rows were removed or, of `users`, erased. */
export type Removed = Record<string, number>;

/**
 * Deletes events and finished replays that are older than the retention, and the search budget of old minutes. If it dies in
 * the middle, the next run continues.
 */
export async function removeOld(database: Database, retentionDays: number): Promise<Removed> {
  await database.$executeRaw`
    DELETE FROM stytch_search_budget
    WHERE minute < clock_timestamp() - interval '1 day' OR minute > clock_timestamp() + interval '1 minute'`; // in the future: a clock was ahead
  const replay_batches = await database.$executeRaw`
    DELETE FROM replay_batches WHERE finished_at < clock_timestamp() - make_interval(days => ${retentionDays})`;
  const failed_hints = await database.$executeRaw`
    DELETE FROM failed_hints WHERE failed_at < clock_timestamp() - make_interval(days => ${retentionDays})`;
  let sync_events = 0;
  for (let last = rowsPerStatement; last === rowsPerStatement; sync_events += last) {
    last = await database.$executeRaw`
      DELETE FROM sync_events WHERE id IN (
        SELECT id FROM sync_events WHERE applied_at < clock_timestamp() - make_interval(days => ${retentionDays})
        ORDER BY applied_at LIMIT ${rowsPerStatement})`;
  }
  return { sync_events, replay_batches, failed_hints };
}

export type RecordRetention = Pick<
  Config,
  'AUDIT_LOG_RETENTION_DAYS' | 'HELD_CHANGES_RETENTION_DAYS' | 'DEACTIVATED_USERS_RETENTION_DAYS'
>;

/**
 * Removes what is kept for years: audit_log, read_log and evidence, decided holds, and the names of people who left long ago. The
 * first three are append-only: a function of the database removes them and records that in audit_log. If it dies in the middle,
 * or runs twice at a time, the next run continues.
 */
export async function removeOldRecords(database: Database, config: RecordRetention): Promise<Removed> {
  const removed: Removed = { ...(await removeLogs(database, config.AUDIT_LOG_RETENTION_DAYS)) };
  removed.held_changes = await removeHolds(database, config.HELD_CHANGES_RETENTION_DAYS);
  removed.users = await eraseLongGone(database, config.DEACTIVATED_USERS_RETENTION_DAYS);
  return removed;
}

async function removeLogs(database: Database, days: number): Promise<Removed> {
  const total: Removed = {};
  for (
    let last: Removed = {};
    total.audit_log === undefined || Math.max(...Object.values(last)) >= rowsPerStatement;
  ) {
    const [row] = await database.$queryRaw<[{ removed: Removed }]>`
      SELECT remove_old_records(${days}::int, ${rowsPerStatement}::int) AS removed`;
    last = row.removed;
    for (const [table, rows] of Object.entries(last)) total[table] = (total[table] ?? 0) + rows;
  }
  return total;
}

/** A discarded hold that still names people protects them from being held again, so it stays. */
function removeHolds(database: Database, days: number): Promise<number> {
  return database.$executeRaw`
    DELETE FROM held_changes WHERE resolved_at < clock_timestamp() - make_interval(days => ${days})
      AND (resolution <> 'discarded' OR cardinality(user_ids) = 0)`;
}

/** Only users whom a directory has deactivated. The others are Scanner's own. */
async function eraseLongGone(database: Database, days: number): Promise<number> {
  const gone = await database.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM users WHERE status = 'deactivated' AND observed_at IS NOT NULL
      AND deactivated_at < clock_timestamp() - make_interval(days => ${days}) LIMIT ${erasedPerRun}`;
  const reason = `left more than ${days} days ago (DEACTIVATED_USERS_RETENTION_DAYS)`;
  for (const { id } of gone) {
    await withDatabaseErrors(
      () => database.$queryRaw`SELECT erase_person(${id}::uuid, 'scanner-scim', ${reason}, '{}')`,
    );
  }
  return gone.length;
}
