import { unless } from '../errors/request-problem.js';
import { type FoundJob, failedJobs } from './failed-jobs.js';
import { findJob } from './find-job.js';
import type { ReplayParts } from './parts.js';
import { type Preview, previewJobs } from './preview.js';
import type { Selection } from './start-replay.js';

type Parts = Parameters<typeof previewJobs>[0] & Pick<ReplayParts, 'queues'>;

/**
 * What replaying these jobs would change now: chosen ones, or all failed ones that match, portion by portion. Changes
 * nothing.
 */
export async function* previewSelection(parts: Parts, selection: Selection): AsyncGenerator<Preview> {
  if ('filter' in selection) return yield* previewJobs(parts, failedJobs(parts, selection.filter));
  const unknown: Preview['skipped'] = [];
  yield* previewJobs(parts, chosen(parts, selection.ids, unknown));
  if (unknown.length > 0) yield { plan: [], skipped: unknown };
}

async function* chosen(parts: Parts, ids: readonly string[], unknown: Preview['skipped']): AsyncGenerator<FoundJob[]> {
  for (const id of new Set(ids)) {
    const job = await findJob(parts, id).catch((error) => unless(error, 'not_found'));
    if (job !== null) yield [job];
    else unknown.push({ id, why: 'unknown: neither the queue nor sync_events has a job with this id' });
  }
}
