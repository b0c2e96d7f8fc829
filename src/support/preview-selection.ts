import { type FoundJob, failedJobs } from './failed-jobs.js';
import { findJob } from './find-job.js';
import type { SupportParts } from './parts.js';
import { type Preview, previewJobs } from './preview.js';
import { unless } from './problem.js';
import type { Selection } from './start-replay.js';

/** What replaying these jobs would change now: chosen ones, or all failed ones that match. Changes nothing. */
export async function previewSelection(
  parts: Pick<SupportParts, 'database' | 'queues' | 'readMembers' | 'stytch' | 'searchLagMs' | 'memory' | 'rereads'>,
  selection: Selection,
): Promise<Preview> {
  if ('filter' in selection) return previewJobs(parts, await failedJobs(parts, selection.filter));
  const jobs: FoundJob[] = [];
  const unknown: Preview['skipped'] = [];
  for (const id of new Set(selection.ids)) {
    const job = await findJob(parts, id).catch((error) => unless(error, 'not_found'));
    if (job === null) unknown.push({ id, why: 'unknown: neither the queue nor sync_events has a job with this id' });
    else jobs.push(job);
  }
  const preview = await previewJobs(parts, jobs);
  return { plan: preview.plan, skipped: [...preview.skipped, ...unknown] };
}
