import type { FailedJob } from '../../replay/job-filter.js';

/** Equal failures: one team, one event type, one error. */
export type FailedGroup = {
  teamId: string | null;
  eventType: string;
  /** The part that all these errors share. It can be searched for. */
  error: string;
  /** The latest error, whole. */
  latest: string;
  /** The latest failure first. */
  jobs: FailedJob[];
  /** When the first and the last of them failed. */
  from: string;
  to: string;
};

/** Folds failed jobs, given latest first, into groups, latest first. Ids in errors don't count, so that equal errors meet. Pure. */
export function failedGroups(jobs: readonly FailedJob[]): FailedGroup[] {
  const groups = new Map<string, FailedGroup>();
  for (const job of jobs) {
    const { teamId, eventType, failedAt: from } = job;
    const error = errorKind(job.error);
    const key = JSON.stringify([teamId, eventType, error]);
    const group = groups.get(key);
    if (group !== undefined) {
      group.jobs.push(job);
      group.from = from;
    }
    if (group === undefined)
      groups.set(key, { teamId, eventType, error, latest: job.error, jobs: [job], from, to: from });
  }
  return [...groups.values()];
}

/** The text up to the first id. */
export function errorKind(error: string): string {
  return (error.split(/ ?\(?(?:request-id|member|organization)-/)[0] ?? '').trim();
}
