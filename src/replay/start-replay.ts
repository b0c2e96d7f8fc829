import { type ReasonedAct, recordAct } from '../database/audit.js';
import { type Transaction, withDatabaseErrors } from '../database/database.js';
import { hintJob, replayStep } from '../queue/jobs.js';
import { type FoundJob, failedJobs } from './failed-jobs.js';
import { factsOf } from './job-facts.js';
import { filterText, type JobFilter } from './job-filter.js';
import { parseJobId, shownJobId } from './job-id.js';
import type { ReplayParts } from './parts.js';
import { recordedHint } from './recorded-hint.js';
import { judgeReplay } from './replay-result.js';
import { type FiledBatch, fileBatch, type ReplayItem } from './replays.js';
import { singleSlice } from './single-slice.js';

export type Selection = { ids: readonly string[] } | { filter: JobFilter };
export type Skipped = { id: string; why: string };
export type StartedReplay = {
  batchId: string | null;
  filed: number;
  /** The first of them; of a million nobody reads all. */
  skipped: Skipped[];
  skippedTotal: number;
};

type Parts = Pick<ReplayParts, 'database' | 'queues' | 'producer'>;

/** All failed jobs are read while they are filed: 5,000 a second of them, and as many as there are. */
const filingMs = 300_000;

/**
 * Replays one job, several, or all failed jobs that match: files them, writes who and why to the audit log in the same
 * transaction, and asks for the first step. A process that dies before it could ask loses nothing: the next replay, and
 * every start of a worker, asks too.
 */
export async function startReplay(parts: Parts, selection: Selection, act: ReasonedAct): Promise<StartedReplay> {
  const { portions, skipped, target } =
    'ids' in selection ? await chosen(parts, selection.ids) : matching(parts, selection.filter);
  const batch = await withDatabaseErrors(() =>
    parts.database.$transaction((tx) => fileAndAudit(tx, { ...act, target }, portions(tx)), { timeout: filingMs }),
  );
  if (batch.batchId !== null || batch.elsewhereTotal > 0) await parts.producer.add([replayStep(0)]);
  const elsewhere = batch.elsewhere.map(({ queue, jobId }) => ({
    id: shownJobId(queue, jobId),
    why: 'it is being replayed already, by an earlier request',
  }));
  const { batchId, filed } = batch;
  const skippedTotal = skipped.length + batch.elsewhereTotal;
  return { batchId, filed, skipped: [...skipped, ...elsewhere], skippedTotal };
}

type Portions = AsyncIterable<readonly ReplayItem[]>;
/** The portions are read on the transaction's own connection: one that waited for another might wait for its like. */
type Selected = { portions: (tx: Transaction) => Portions; skipped: Skipped[]; target: string };

/** Files them, and says so in the audit log, if there is anything to file. */
export async function fileAndAudit(
  tx: Transaction,
  batch: ReasonedAct & { target: string },
  portions: Portions,
): Promise<FiledBatch> {
  const filed = await fileBatch(tx, batch, portions);
  const details = { batchId: filed.batchId, jobs: filed.filed };
  if (filed.batchId !== null) await recordAct(tx, batch, { action: 'replay', target: batch.target, details });
  return filed;
}

function matching({ queues }: Parts, filter: JobFilter): Selected {
  const portions = async function* (database: Transaction) {
    for await (const found of failedJobs({ queues, database }, filter)) yield found.map(itemIn);
  };
  return { portions, skipped: [], target: filterText(filter) };
}

export function itemIn({ job, facts }: FoundJob): ReplayItem {
  return { queue: job.queue, jobId: job.id, leaver: facts.leaver };
}

async function chosen(parts: Parts, ids: readonly string[]): Promise<Selected> {
  const items: ReplayItem[] = [];
  const skipped: Skipped[] = [];
  for (const id of new Set(ids)) {
    const item = await itemOf(parts, id);
    if ('why' in item) skipped.push({ id, why: item.why });
    else items.push(item);
  }
  const [first] = items;
  const target =
    items.length === 1 && first ? `job ${shownJobId(first.queue, first.jobId)}` : `${items.length} chosen jobs`;
  return { portions: () => singleSlice(items), skipped, target };
}

async function itemOf({ queues, database }: Parts, id: string): Promise<ReplayItem | { why: string }> {
  const place = parseJobId(id);
  const job = await queues.find(place.id, place.queues);
  if (job !== null) {
    const verdict = judgeReplay(job.state);
    return verdict.retry ? { queue: job.queue, jobId: job.id, leaver: factsOf(job).leaver } : { why: verdict.why };
  }
  const hint = await recordedHint(database, id);
  if (hint === null) return { why: 'unknown: neither the queue nor sync_events has a job with this id' };
  return { queue: hintJob(hint).queue, jobId: id, leaver: hint.memberGone };
}
