import type { Database } from '../database/database.js';

/** One statement locks few rows, so that others can work meanwhile. */
const rowsPerStatement = 10_000;

/**
 * Deletes events and finished replays that are older than the retention, and the search budget of old minutes. audit_log
 * stays. If it dies in the middle, the next run continues.
 * @returns the number of deleted events
 */
export async function removeOld(database: Database, retentionDays: number): Promise<number> {
  await database.$executeRaw`
    DELETE FROM stytch_search_budget
    WHERE minute < clock_timestamp() - interval '1 day' OR minute > clock_timestamp() + interval '1 minute'`; // in the future: a clock was ahead
  await database.$executeRaw`
    DELETE FROM replay_batches WHERE finished_at < clock_timestamp() - make_interval(days => ${retentionDays})`;
  await database.$executeRaw`
    DELETE FROM failed_hints WHERE failed_at < clock_timestamp() - make_interval(days => ${retentionDays})`;
  let removed = 0;
  for (let last = rowsPerStatement; last === rowsPerStatement; removed += last) {
    last = await database.$executeRaw`
      DELETE FROM sync_events WHERE id IN (
        SELECT id FROM sync_events WHERE applied_at < clock_timestamp() - make_interval(days => ${retentionDays})
        ORDER BY applied_at LIMIT ${rowsPerStatement})`;
  }
  return removed;
}
