import type { Database } from '../database/database.js';

/** One statement never holds many rows: others work while the old ones go. */
const rowsPerStatement = 10_000;

/**
 * Removes records of events that are older than the retention, some thousand at a time, finished replays as old as
 * that, and the search budget of minutes long past. audit_log stays. What a run does not get to do, the next one does.
 * @returns how many events were removed
 */
export async function removeOld(database: Database, retentionDays: number): Promise<number> {
  await database.$executeRaw`
    DELETE FROM stytch_search_budget
    WHERE minute < clock_timestamp() - interval '1 day' OR minute > clock_timestamp() + interval '1 minute'`; // a clock was ahead
  await database.$executeRaw`
    DELETE FROM replay_batches WHERE finished_at < clock_timestamp() - make_interval(days => ${retentionDays})`;
  let removed = 0;
  for (let last = rowsPerStatement; last === rowsPerStatement; removed += last) {
    last = await database.$executeRaw`
      DELETE FROM sync_events WHERE id IN (
        SELECT id FROM sync_events WHERE applied_at < clock_timestamp() - make_interval(days => ${retentionDays})
        ORDER BY applied_at LIMIT ${rowsPerStatement})`;
  }
  return removed;
}
