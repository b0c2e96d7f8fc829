import { type ReasonedAct, recordAct } from '../database/audit.js';
import { type Transaction, withDatabaseErrors } from '../database/database.js';
import { replayStep } from '../queue/jobs.js';
import { type FoundJob, failedJobs } from './failed-jobs.js';
import { findStoredJob } from './find-job.js';
import { factsOf } from './job-facts.js';
import { filterText, type JobFilter } from './job-filter.js';
import { shownJobId } from './job-id.js';
import type { ReplayParts } from './parts.js';
import { refusalToReplay } from './replay-result.js';
import { type FiledBatch, fileBatch, type ReplayItem, type Slices } from './replays.js';

export type Selection = { ids: readonly string[] } | { filter: JobFilter };
export type Skipped = { id: string; why: string };
export type StartedReplay = {
  batchId: string | null;
  filed: number;
  /** At most `skippedNamed` of them. */
  skipped: Skipped[];
  skippedTotal: number;
};

type Parts = Pick<ReplayParts, 'database' | 'queues' | 'producer'>;

/** All failed jobs are read while they are filed: 5,000 a second, and there is no limit to their number. */
const filingMs = 300_000;

/**
 * Starts a replay of chosen jobs, or of all failed jobs that match: files them, writes the audit log in the same
 * transaction, and adds the first step. If the process dies before it adds the step, nothing is lost: the next replay, each
 * worker that starts, and a schedule every minute add it too.
 */
export async function startReplay(parts: Parts, selection: Selection, act: ReasonedAct): Promise<StartedReplay> {
  const { slices, skipped, target } =
    'ids' in selection ? await chosen(parts, selection.ids) : matching(parts, selection.filter);
  const batch = await withDatabaseErrors(() =>
    parts.database.$transaction((tx) => fileAndAudit(tx, { ...act, target }, slices(tx)), { timeout: filingMs }),
  );
  const { batchId, filed, elsewhereTotal } = batch;
  if (batchId !== null || elsewhereTotal > 0) await parts.producer.add([replayStep(0)]);
  const elsewhere = batch.elsewhere.map(({ queue, jobId }) => ({
    id: shownJobId(queue, jobId),
    why: 'an earlier request is replaying it already',
  }));
  return { batchId, filed, skipped: [...skipped, ...elsewhere], skippedTotal: skipped.length + elsewhereTotal };
}

/** `slices` reads on the transaction's own connection. A second connection could wait for one that waits in the same way. */
type Selected = { slices: (tx: Transaction) => Slices; skipped: Skipped[]; target: string };

/** Files the jobs. If there is anything to file, the audit log gets a row. */
export async function fileAndAudit(
  tx: Transaction,
  batch: ReasonedAct & { target: string },
  slices: Slices,
): Promise<FiledBatch> {
  const filed = await fileBatch(tx, batch, slices);
  const details = { batchId: filed.batchId, jobs: filed.filed };
  if (filed.batchId !== null) await recordAct(tx, batch, { action: 'replay', target: batch.target, details });
  return filed;
}

function matching({ queues }: Parts, filter: JobFilter): Selected {
  const slices = async function* (database: Transaction) {
    for await (const found of failedJobs({ queues, database }, filter)) yield found.map(itemIn);
  };
  return { slices, skipped: [], target: filterText(filter) };
}

export function itemIn({ job, facts }: FoundJob): ReplayItem {
  return { queue: job.queue, jobId: job.id, leaver: facts.leaver };
}

async function chosen(parts: Parts, ids: readonly string[]): Promise<Selected> {
  const items: ReplayItem[] = [];
  const skipped: Skipped[] = [];
  for (const id of new Set(ids)) {
    const job = await findStoredJob(parts, id);
    const why = job === null ? unknownJob : refusalToReplay(job.state);
    if (job === null || why !== null) skipped.push({ id, why: why ?? unknownJob });
    else items.push({ queue: job.queue, jobId: job.id, leaver: factsOf(job).leaver });
  }
  const [first, ...more] = items;
  const isOne = first !== undefined && more.length === 0;
  const target = isOne ? `job ${shownJobId(first.queue, first.jobId)}` : `${items.length} chosen jobs`;
  return { slices: () => [items], skipped, target };
}

export const unknownJob = 'unknown: neither the queue nor sync_events has a job with this id';
