import { withDatabaseErrors } from '../../database/database.js';
import { findJob, recordsOf } from '../../replay/find-job.js';
import type { FailedJob } from '../../replay/job-filter.js';
import { type Preview, previewJobs } from '../../replay/preview.js';
import type { PlannedChange } from '../../replay/preview-members.js';
import type { SupportParts } from '../parts.js';

/** One job with all that is known of it. */
export type ShownJob = FailedJob & {
  queue: string;
  /** `forgotten`: it was handled, and the queue keeps handled jobs for an hour. */
  state: string;
  attemptsMax: number;
  addedAt: string | null;
  /** Ids and times only. */
  data: unknown;
  /** Of the last attempts. */
  errors: string[];
  /** What handling it now would change; null where that can't be told. */
  wouldChange: PlannedChange[] | null;
  wouldChangeNot: string | null;
  replays: { at: string; actor: string; reason: string; result: string | null; why: string | null }[];
  recorded: { at: string; trigger: string; outcome: string; changes: unknown }[];
};

type Parts = Parameters<typeof previewJobs>[0] & Pick<SupportParts, 'queues'>;

/** The latest; somebody who replays a job more often sees the same each time. */
const replaysMax = 50;

/** @throws RequestProblem when nobody knows the id */
export async function showJob(parts: Parts, id: string): Promise<ShownJob> {
  const found = await findJob(parts, id);
  const { value } = await previewJobs(parts, [[found]]).next();
  const { plan, skipped }: Preview = value ?? { plan: [], skipped: [] };
  const { job, shown } = found;
  return {
    ...shown,
    ...{ queue: job.queue, state: job.state, attemptsMax: job.attemptsMax, data: job.data, errors: job.errors },
    addedAt: job.addedAt.getTime() === 0 ? null : job.addedAt.toISOString(),
    wouldChange: plan[0]?.changes ?? null,
    wouldChangeNot: skipped[0]?.why ?? null,
    replays: await replaysOf(parts, job.queue, job.id),
    recorded: (await recordsOf(parts.database, id)).map(({ appliedAt, trigger, outcome, changes }) => ({
      ...{ at: appliedAt.toISOString(), trigger, outcome, changes },
    })),
  };
}

/** Which attempt the first error that is known belongs to. Pure. */
export function firstError({ attempts, errors }: Pick<ShownJob, 'attempts' | 'errors'>): number {
  return Math.max(0, attempts - errors.length) + 1;
}

async function replaysOf({ database }: Parts, queue: string, jobId: string): Promise<ShownJob['replays']> {
  const rows = await withDatabaseErrors(() =>
    database.replay.findMany({
      where: { queue, jobId },
      include: { batch: true },
      orderBy: { batch: { startedAt: 'desc' } },
      take: replaysMax,
    }),
  );
  return rows.reverse().map(({ batch, result, why, state }) => ({
    at: batch.startedAt.toISOString(),
    actor: batch.actor,
    reason: batch.reason,
    result: state === 'done' ? result : 'under way',
    why,
  }));
}
