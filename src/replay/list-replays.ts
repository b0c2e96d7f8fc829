import { type ReasonedAct, recordAct } from '../database/audit.js';
import { type Database, withDatabaseErrors } from '../database/database.js';
import { type BatchCounts, batchProgress, closeFinished, settler } from './replays.js';

/** A replay in the list of all. */
export type ListedReplay = BatchCounts & {
  id: string;
  actor: string;
  reason: string;
  target: string;
  startedAt: string;
  /** Null while it runs. */
  finishedAt: string | null;
};

export type ReplaysPage = { replays: ListedReplay[]; from: number; total: number };

/** A screenful. The jobs of each are counted, and one may have 100,000. */
export const replaysPerPage = 20;

/** Replays that people have started, the latest first. @param query.bySweeps those that follow a sweep's repair, too */
export async function listReplays(
  database: Database,
  { from = 0, bySweeps = false }: { from?: number; bySweeps?: boolean } = {},
): Promise<ReplaysPage> {
  const hidden = bySweeps ? '' : settler;
  const rows = await withDatabaseErrors(
    () => database.$queryRaw<
      (Omit<ListedReplay, 'startedAt' | 'finishedAt'> & { startedAt: Date; finishedAt: Date | null; all: number })[]
    >`
      WITH page AS (
        SELECT *, (count(*) OVER ())::int AS all FROM replay_batches WHERE actor <> ${hidden}
        ORDER BY started_at DESC, id LIMIT ${replaysPerPage} OFFSET ${from})
      SELECT p.id::text, p.actor, p.reason, p.target, p.started_at AS "startedAt", p.finished_at AS "finishedAt", p.all,
        (SELECT count(*)::int FROM replays r WHERE r.batch_id = p.id AND r.state = 'done') AS done,
        (SELECT count(*)::int FROM replays r WHERE r.batch_id = p.id) AS total
      FROM page p ORDER BY p.started_at DESC, p.id`,
  );
  const replays = rows.map(({ startedAt, finishedAt, all: _, ...row }) => ({
    ...{ ...row, startedAt: startedAt.toISOString() },
    finishedAt: finishedAt?.toISOString() ?? null,
  }));
  return { replays, from, total: rows[0]?.all ?? 0 };
}

export type Cancelled = { id: string; cancelled: number; result: 'cancelled' | 'already done' };

/**
 * Takes the jobs that still wait out of a replay: they stay in the failed set. A job that a worker has already is finished,
 * because it can't be stopped. It may run beside a step of the replay: the first outcome of a job stays, and a job that a
 * step has retried at this moment is handled once more, which changes nothing that is right.
 */
export async function cancelReplay(database: Database, id: string, act: ReasonedAct): Promise<Cancelled> {
  const { id: batchId } = await batchProgress(database, id);
  const why = `cancelled by ${act.actor}: ${act.reason}`;
  const cancelled = await withDatabaseErrors(() =>
    database.$transaction(async (tx) => {
      const count = await tx.$executeRaw`
        UPDATE replays SET state = 'done', why = ${why}, done_at = clock_timestamp()
        WHERE batch_id = ${batchId}::uuid AND state = 'waiting'`;
      const entry = { action: 'replay_cancelled', target: `replay ${batchId}`, details: { batchId, jobs: count } };
      if (count > 0) await recordAct(tx, act, entry);
      return count;
    }),
  );
  await closeFinished(database);
  return { id: batchId, cancelled, result: cancelled > 0 ? 'cancelled' : 'already done' };
}

/** `Still running: 12 done, 88 waiting.`, or `All 100 done.` Pure. */
export function progressText({ done, total }: BatchCounts): string {
  const number = (value: number) => value.toLocaleString('en');
  if (done === total) return `All ${number(total)} done.`;
  return `Still running: ${number(done)} done, ${number(total - done)} waiting.`;
}
