import { type Database, type Transaction, withDatabaseErrors } from '../database/database.js';
import type { QueueName } from '../queue/backend.js';

/** A job to be replayed, in the order in which it was asked for. */
export type ReplayItem = { queue: QueueName; jobId: string; leaver: boolean };

/** What became of it: null while it is under way. */
export type ReplayAnswer = {
  queue: QueueName;
  jobId: string;
  state: ReplayState;
  result: ReplayResult | null;
  why: string | null;
};
export type ReplayState = 'waiting' | 'retried' | 'done';

/** `read again`: the hint is about a whole team, and its members are being read by a job of their own. */
export type ReplayResult = 'changed' | 'already right' | 'superseded' | 'read again';

/** What was filed: the batch, null when every job was in another; how many jobs; and those that were in another. */
export type FiledBatch = { batchId: string | null; filed: number; elsewhere: ReplayItem[]; elsewhereTotal: number };

/** Named in an answer; the rest are counted. Nobody reads on, and a million of them would fill the memory. */
export const skippedNamed = 10_000;

/**
 * Files a batch, portion by portion. A job that is in an open batch already stays in that one, so starting the same replay
 * twice, at the same time even, replays once.
 */
export async function fileBatch(
  tx: Transaction,
  batch: { actor: string; reason: string; target: string },
  portions: AsyncIterable<readonly ReplayItem[]>,
): Promise<FiledBatch> {
  // One at a time: two that file the same jobs in different portions would wait for each other in a circle.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('scim: file replays'))`;
  const { id: batchId } = await tx.replayBatch.create({ data: batch, select: { id: true } });
  const result: FiledBatch = { batchId, filed: 0, elsewhere: [], elsewhereTotal: 0 };
  let place = 0;
  for await (const items of portions) {
    const ours = await filePortion(tx, batchId, items, place);
    place += items.length;
    const others = items.filter((_, i) => !ours.has(i));
    result.filed += ours.size;
    result.elsewhereTotal += others.length;
    result.elsewhere.push(...others.slice(0, Math.max(0, skippedNamed - result.elsewhere.length)));
  }
  if (result.filed > 0) return result;
  await tx.replayBatch.delete({ where: { id: batchId } });
  return { ...result, batchId: null };
}

/** @returns which of the items are in this batch now */
async function filePortion(
  tx: Transaction,
  batchId: string,
  items: readonly ReplayItem[],
  before: number,
): Promise<Set<number>> {
  const rows = items.map(({ queue, jobId, leaver }, place) => ({ queue, jobId, leaver, place: before + place }));
  const filed = await tx.$queryRaw<{ place: number }[]>`
    INSERT INTO replays (batch_id, place, queue, job_id, leaver)
    SELECT ${batchId}::uuid, i.place, i.queue, i."jobId", i.leaver
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS i(place int, queue text, "jobId" text, leaver boolean)
    ON CONFLICT (queue, job_id) WHERE state <> 'done' DO NOTHING
    RETURNING place`;
  return new Set(filed.map(({ place }) => place - before));
}

export type OpenReplay = { id: string; queue: QueueName; jobId: string; state: 'waiting' | 'retried' };

/** Who is next: leavers first, then as they were asked for; so many that no second has more than its limit. */
export async function nextWaiting(database: Database, perSecond: number): Promise<OpenReplay[]> {
  return withDatabaseErrors(
    () => database.$queryRaw<OpenReplay[]>`
      SELECT r.id::text, r.queue, r.job_id AS "jobId", r.state FROM replays r JOIN replay_batches b ON b.id = r.batch_id
      WHERE r.state = 'waiting' ORDER BY r.leaver DESC, b.started_at, r.place
      LIMIT greatest(0, ${perSecond} - (
        SELECT count(*) FROM replays WHERE retried_at > clock_timestamp() - interval '1 second'))`,
  );
}

/** Of those the worker has, the ones that were looked at longest ago. */
export async function nextUnchecked(database: Database, limit: number): Promise<OpenReplay[]> {
  return withDatabaseErrors(
    () => database.$queryRaw<OpenReplay[]>`
      UPDATE replays SET checked_at = clock_timestamp() WHERE id IN (
        SELECT id FROM replays WHERE state = 'retried' ORDER BY checked_at NULLS FIRST LIMIT ${limit})
      RETURNING id::text, queue, job_id AS "jobId", state`,
  );
}

export async function markRetried(database: Database, id: string): Promise<void> {
  await withDatabaseErrors(
    () => database.$executeRaw`
      UPDATE replays SET state = 'retried', retried_at = clock_timestamp() WHERE id = ${id}::uuid AND state = 'waiting'`,
  );
}

/** The first answer stands: a job that is run once more, because its worker died after it, changes nothing here. */
export async function markDone(
  database: Database,
  id: string,
  answer: { result: ReplayResult | null; why: string | null },
): Promise<void> {
  await withDatabaseErrors(
    () => database.$executeRaw`
      UPDATE replays SET state = 'done', result = ${answer.result}, why = ${answer.why}, done_at = clock_timestamp(),
        retried_at = CASE WHEN ${answer.result}::text IS NULL THEN retried_at ELSE COALESCE(retried_at, clock_timestamp()) END
      WHERE id = ${id}::uuid AND state <> 'done'`,
  );
}

export async function openReplays(database: Database): Promise<number> {
  return withDatabaseErrors(() => database.replay.count({ where: { state: { not: 'done' } } }));
}

/** How far a batch has come. */
export type BatchCounts = { done: number; total: number };

export async function countsOf(database: Database, batchId: string): Promise<BatchCounts> {
  const [counts] = await withDatabaseErrors(
    () => database.$queryRaw<[BatchCounts]>`
      SELECT count(*) FILTER (WHERE state = 'done')::int AS done, count(*)::int AS total
      FROM replays WHERE batch_id = ${batchId}::uuid`,
  );
  return counts;
}

/** Read, and written out, so many at a time. */
const answersAtOnce = 500;

/** What became of a batch so far, in the order it was asked for. @param from how many of the first are left out */
export async function answersOf(
  database: Database,
  batchId: string,
  { from = 0, limit = answersAtOnce } = {},
): Promise<ReplayAnswer[]> {
  return withDatabaseErrors(
    () => database.$queryRaw<ReplayAnswer[]>`
      SELECT queue, job_id AS "jobId", state, result, why FROM replays WHERE batch_id = ${batchId}::uuid
      ORDER BY place LIMIT ${limit} OFFSET ${from}`,
  );
}

/** All of them, page by page. */
export async function* eachAnswer(database: Database, batchId: string): AsyncGenerator<ReplayAnswer> {
  for (let from = 0; ; from += answersAtOnce) {
    const answers = await answersOf(database, batchId, { from });
    yield* answers;
    if (answers.length < answersAtOnce) return;
  }
}

/**
 * Closes the batches of which nothing is open any more, and writes their results to the audit log. One statement, and a
 * batch is closed once, so each result is written once however many ask for it.
 */
export async function closeFinished(database: Database): Promise<void> {
  await withDatabaseErrors(
    () => database.$executeRaw`
      WITH closed AS (
        UPDATE replay_batches b SET finished_at = clock_timestamp()
        WHERE finished_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM replays r WHERE r.batch_id = b.id AND r.state <> 'done')
        RETURNING b.id, b.actor, b.reason, b.target
      )
      INSERT INTO audit_log (actor, action, target, reason, details)
      SELECT c.actor, 'replay_finished', c.target, c.reason, jsonb_build_object('batchId', c.id, 'results', (
        SELECT jsonb_object_agg(outcome, jobs) FROM (
          SELECT COALESCE(result, 'skipped') AS outcome, count(*) AS jobs FROM replays r
          WHERE r.batch_id = c.id GROUP BY 1) AS pluralize))
      FROM closed c`,
  );
}
