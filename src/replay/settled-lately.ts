import { type Database, withDatabaseErrors } from '../database/database.js';

/** Who has failed jobs replayed that were put right: the name in replay_batches and audit_log. */
export const settler = 'scanner-scim';

/** Failed jobs that a sweep has put right, and that have left the failed set for it, in the last 24 hours. */
export async function settledLately(database: Database): Promise<number> {
  return withDatabaseErrors(() =>
    database.replay.count({
      where: {
        batch: { actor: settler },
        result: { not: null },
        doneAt: { gt: new Date(Date.now() - 24 * 3_600_000) },
      },
    }),
  );
}
