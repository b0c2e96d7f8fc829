import { readingDatabase } from '../database.js';
import { hintJob, replayStep } from '../jobs.js';
import { type Act, audit } from './audit.js';
import { failedJobs } from './failed-jobs.js';
import { factsOf } from './job-facts.js';
import { filterText, type JobFilter } from './job-filter.js';
import { parseJobId, shownJobId } from './job-id.js';
import type { SupportParts } from './parts.js';
import { recordedHint } from './recorded-hint.js';
import { judgeReplay } from './replay-result.js';
import { fileBatch, type ReplayItem } from './replays.js';

export type Selection = { ids: readonly string[] } | { filter: JobFilter };
export type Skipped = { id: string; why: string };
export type StartedReplay = { batchId: string | null; filed: number; skipped: Skipped[] };

type Parts = Pick<SupportParts, 'database' | 'queues' | 'producer'>;

/**
 * Replays one job, several, or all failed jobs that match: files them, writes who and why to the audit log in the same
 * transaction, and asks for the first step. A process that dies before it could ask loses nothing: the next replay, and
 * every start of a worker, asks too.
 */
export async function startReplay(parts: Parts, selection: Selection, act: Act): Promise<StartedReplay> {
  const { items, skipped, target } =
    'ids' in selection ? await chosen(parts, selection.ids) : await matching(parts, selection.filter);
  if (items.length === 0) return { batchId: null, filed: 0, skipped };
  const filed = await readingDatabase(() =>
    parts.database.$transaction(
      async (tx) => {
        const batch = await fileBatch(tx, { ...act, target }, items);
        if (batch.batchId !== null) {
          const details = { batchId: batch.batchId, jobs: batch.filed };
          await audit(tx, act, { action: 'replay', target, details });
        }
        return batch;
      },
      { timeout: 60_000 },
    ),
  );
  await parts.producer.add([replayStep(0)]);
  const elsewhere = filed.elsewhere.map(({ queue, jobId }) => ({
    id: shownJobId(queue, jobId),
    why: 'it is being replayed already, by an earlier request',
  }));
  return { batchId: filed.batchId, filed: filed.filed, skipped: [...skipped, ...elsewhere] };
}

type Selected = { items: ReplayItem[]; skipped: Skipped[]; target: string };

async function matching(parts: Parts, filter: JobFilter): Promise<Selected> {
  const found = await failedJobs(parts, filter);
  const items = found.map(({ job, facts }) => ({ queue: job.queue, jobId: job.id, leaver: facts.leaver }));
  return { items, skipped: [], target: filterText(filter) };
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
  return { items, skipped, target };
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
