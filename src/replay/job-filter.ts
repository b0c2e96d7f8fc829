/** A failed job as support sees it: ids, times and our own texts. The contract's shape. */
export type FailedJob = {
  id: string;
  teamId: string | null;
  /** Null when the job is about several members, or a team. */
  memberId: string | null;
  eventType: string;
  attempts: number;
  failedAt: string;
  error: string;
};

/** Chooses failed jobs. A field that is left out matches all. */
export type JobFilter = {
  teamId?: string;
  /** An event's type, or the beginning of one (`scim.member`). */
  type?: string;
  since?: Date;
  until?: Date;
  /** A part of the error's text, in any case. */
  error?: string;
};

/** Pure. */
export function matches(filter: JobFilter, job: FailedJob): boolean {
  const { teamId, type, since, until, error } = filter;
  const failedAt = Date.parse(job.failedAt);
  return (
    (teamId === undefined || job.teamId === teamId) &&
    (type === undefined || job.eventType === type || job.eventType.startsWith(`${type}.`)) &&
    (since === undefined || failedAt >= since.getTime()) &&
    (until === undefined || failedAt < until.getTime()) &&
    (error === undefined || job.error.toLowerCase().includes(error.toLowerCase()))
  );
}

/** For people and the audit log: `team 5c0…, type scim.member, since 2026-…`. */
export function filterText({ teamId, type, since, until, error }: JobFilter): string {
  const parts = [
    teamId === undefined ? null : `team ${teamId}`,
    type === undefined ? null : `type ${type}`,
    since === undefined ? null : `since ${since.toISOString()}`,
    until === undefined ? null : `until ${until.toISOString()}`,
    error === undefined ? null : `error "${error}"`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'all failed jobs' : `failed jobs: ${parts.join(', ')}`;
}
