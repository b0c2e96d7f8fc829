import { type Database, type Transaction, withDatabaseErrors } from '../database/database.js';
import { RequestProblem } from '../errors/request-problem.js';
import type { QueueName } from '../queue/backend.js';

/** A job to be replayed. */
export type ReplayItem = { queue: QueueName; jobId: string; leaver: boolean };
export type Slices = Iterable<readonly ReplayItem[]> | AsyncIterable<readonly ReplayItem[]>;

/** `read again`: the hint is about a whole team, whose members are read by another job. */
export type ReplayResult = 'changed' | 'already right' | 'superseded' | 'read again';
/** No result: the job was not replayed, and `why` says why. */
export type ReplayOutcome = { result: ReplayResult | null; why: string | null };
export type ReplayAnswer = ReplayOutcome & { queue: QueueName; jobId: string; state: 'waiting' | 'retried' | 'done' };

/** `batchId` is null when every job is in another open batch; `elsewhere` has the first of those jobs. */
export type FiledBatch = { batchId: string | null; filed: number; elsewhere: ReplayItem[]; elsewhereTotal: number };

/** Skipped jobs that an answer names. The rest are counted: a million of them would fill the memory. */
export const skippedNamed = 10_000;

/**
 * Files a batch, slice by slice. A job that is in an open batch stays in that one. So the same replay that is started
 * twice, even at the same time, runs once.
 */
export async function fileBatch(
  tx: Transaction,
  { actor, reason, target }: { actor: string; reason: string; target: string },
  slices: Slices,
): Promise<FiledBatch> {
  // One at a time: two transactions that file the same jobs in different slices would deadlock.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('scim: file replays'))`;
  const { id: batchId } = await tx.replayBatch.create({ data: { actor, reason, target }, select: { id: true } });
  const result: FiledBatch = { batchId, filed: 0, elsewhere: [], elsewhereTotal: 0 };
  let place = 0;
  for await (const items of slices) {
    const ours = await fileSlice(tx, batchId, items, place);
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

/** @returns the places of the items that are in this batch now */
async function fileSlice(
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

/** The next to retry: leavers first, then in their order. Never more than the rate limit leaves for this second. */
export async function nextWaiting(database: Database, perSecond: number): Promise<OpenReplay[]> {
  return withDatabaseErrors(
    () => database.$queryRaw<OpenReplay[]>`
      SELECT r.id::text, r.queue, r.job_id AS "jobId", r.state FROM replays r JOIN replay_batches b ON b.id = r.batch_id
      WHERE r.state = 'waiting' ORDER BY r.leaver DESC, b.started_at, r.place
      LIMIT greatest(0, ${perSecond} - (
        SELECT count(*) FROM replays WHERE retried_at > clock_timestamp() - interval '1 second'))`,
  );
}

/** Jobs that were retried, the longest unchecked first. */
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

/** The first outcome stays. A job that runs twice, because its worker died after it, changes nothing here. */
export async function markDone(database: Database, id: string, outcome: ReplayOutcome): Promise<void> {
  await withDatabaseErrors(
    () => database.$executeRaw`
      UPDATE replays SET state = 'done', result = ${outcome.result}, why = ${outcome.why}, done_at = clock_timestamp(),
        retried_at = CASE WHEN ${outcome.result}::text IS NULL THEN retried_at ELSE COALESCE(retried_at, clock_timestamp()) END
      WHERE id = ${id}::uuid AND state <> 'done'`,
  );
}

export async function openReplays(database: Database): Promise<number> {
  return withDatabaseErrors(() => database.replay.count({ where: { state: { not: 'done' } } }));
}

/** The actor of replays that a schedule starts for jobs that a sweep has repaired (settle-failed.ts). */
export const settler = 'scanner-scim';

/** Failed jobs that a sweep has repaired, and that left the failed set for that reason, in the last 24 hours. */
export async function settledLately(database: Database): Promise<number> {
  const since = new Date(Date.now() - 24 * 3_600_000);
  return withDatabaseErrors(() =>
    database.replay.count({ where: { batch: { actor: settler }, result: { not: null }, doneAt: { gt: since } } }),
  );
}

/** The progress of a replay, and one page of its jobs. */
export type BatchProgress = BatchCounts & {
  id: string;
  actor: string;
  reason: string;
  target: string;
  from: number;
  answers: ReplayAnswer[];
};

/** The page looks again every few seconds. */
export const answersPerPage = 100;

/** @throws RequestProblem when there is no such replay */
export async function batchProgress(database: Database, id: string, from = 0): Promise<BatchProgress> {
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
  const batch = isId ? await withDatabaseErrors(() => database.replayBatch.findUnique({ where: { id } })) : null;
  if (batch === null) throw new RequestProblem('not_found', 'There is no such replay. Old ones are removed.');
  const { actor, reason, target } = batch;
  const answers = await answersOf(database, id, { from, limit: answersPerPage });
  return { id, actor, reason, target, from, answers, ...(await countsOf(database, id)) };
}

/** The numbers of jobs in a batch. */
export type BatchCounts = { done: number; total: number };

export async function countsOf(database: Database, batchId: string): Promise<BatchCounts> {
  const [counts] = await withDatabaseErrors(
    () => database.$queryRaw<[BatchCounts]>`
      SELECT count(*) FILTER (WHERE state = 'done')::int AS done, count(*)::int AS total
      FROM replays WHERE batch_id = ${batchId}::uuid`,
  );
  return counts;
}

/** Answers in memory at a time. */
const answersAtOnce = 500;

/** The answers of a batch so far, in its order. @param from how many of the first are left out */
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
 * Closes the batches that have no open job, and writes their results to the audit log. It is one statement and closes a
 * batch once, so each result is written once, even if several processes call it at the same time.
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
          WHERE r.batch_id = c.id GROUP BY 1) AS counted))
      FROM closed c`,
  );
}
