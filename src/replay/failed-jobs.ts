import { type Database, type Transaction, withDatabaseErrors } from '../database/database.js';
import type { FailedPlace } from '../queue/failed.js';
import type { StoredJob } from '../queue/inspect.js';
import { factsOf, type JobFacts } from './job-facts.js';
import { type FailedJob, type JobFilter, matches } from './job-filter.js';
import { shownJobId } from './job-id.js';
import type { ReplayParts } from './parts.js';

/** A job: as the queue stores it, what it is about, and as it is shown. */
export type FoundJob = { job: StoredJob; facts: JobFacts; shown: FailedJob };

type Parts = Pick<ReplayParts, 'queues'> & { database: Database | Transaction };

/** All failed jobs, the latest failure first. A slice is a few megabytes at most. @param from where to begin */
export async function* eachFailed(
  { queues, database }: Parts,
  from: FailedPlace | null = null,
): AsyncGenerator<FoundJob[]> {
  for await (const slice of queues.failed(from)) yield await describeJobs(database, slice);
}

/** The failed jobs that match. Empty slices are left out. */
export async function* failedJobs(parts: Parts, filter: JobFilter = {}): AsyncGenerator<FoundJob[]> {
  for await (const slice of eachFailed(parts, beginOf(filter))) {
    const found = slice.filter(({ shown }) => matches(filter, shown));
    if (found.length > 0) yield found;
    if (isBefore(slice, filter)) return;
  }
}

/** One page of the failed jobs that match. */
export type FailedPage = {
  jobs: FoundJob[];
  /** Jobs that were looked at. */
  looked: number;
  /** Where the next page begins; null at the end. */
  next: FailedPlace | null;
};

/** A page of the failed jobs that match. A filter may match few of many, so a page also ends after `lookMax` jobs. */
export async function failedPage(
  parts: Parts,
  filter: JobFilter,
  page: { limit: number; lookMax: number; from?: FailedPlace | null },
): Promise<FailedPage> {
  const { limit, lookMax, from = null } = page;
  const jobs: FoundJob[] = [];
  let [looked, next]: [number, FailedPlace | null] = [0, from ?? beginOf(filter)];
  for await (const slice of eachFailed(parts, next)) {
    for (const one of slice) {
      if (jobs.length >= limit || looked >= lookMax) return { jobs, looked, next };
      looked += 1;
      next = placeAfter(one, next);
      if (matches(filter, one.shown)) jobs.push(one);
    }
    if (isBefore(slice, filter)) break;
  }
  return { jobs, looked, next: null };
}

/** The place after this job. @param before the place of the job itself */
export function placeAfter({ shown }: FoundJob, before: FailedPlace | null): FailedPlace {
  const failedAt = new Date(shown.failedAt);
  const isSameMoment = before?.failedAt.getTime() === failedAt.getTime();
  return { failedAt, skip: isSameMoment ? (before?.skip ?? 0) + 1 : 1 };
}

function beginOf({ until }: JobFilter): FailedPlace | null {
  return until === undefined ? null : { failedAt: new Date(until.getTime() - 1), skip: 0 };
}

/** All jobs after this slice are older than the filter allows. */
function isBefore(slice: readonly FoundJob[], { since }: JobFilter): boolean {
  const last = slice.at(-1);
  return since !== undefined && last !== undefined && Date.parse(last.shown.failedAt) < since.getTime();
}

/** Adds the team to each job. A published DELETE names only its member. */
export async function describeJobs(database: Parts['database'], jobs: readonly StoredJob[]): Promise<FoundJob[]> {
  const described = jobs.map((job) => ({ job, facts: factsOf(job) }));
  const teams = await withDatabaseErrors(() => teamsOf(database, described));
  return described.map(({ job, facts }, i) => ({ job, facts, shown: shownJob(job, facts, teams[i] ?? null) }));
}

function shownJob(job: StoredJob, facts: JobFacts, teamId: string | null): FailedJob {
  return {
    id: shownJobId(job.queue, job.id),
    teamId,
    memberId: facts.memberIds.length === 1 ? (facts.memberIds[0] ?? null) : null,
    eventType: facts.eventType,
    attempts: job.attempts,
    failedAt: (job.finishedAt ?? job.lastTriedAt ?? job.addedAt).toISOString(),
    error: job.error ?? '',
  };
}

/** The team of each job: the one it names, else its first member's, else its organization's. */
async function teamsOf(database: Parts['database'], jobs: readonly { facts: JobFacts }[]): Promise<(string | null)[]> {
  const organizationIds = jobs.map(({ facts }) => facts.organizationId).filter((id) => id !== null);
  const memberIds = jobs.map(({ facts }) => facts.memberIds[0]).filter((id) => id !== undefined);
  const rows = await database.$queryRaw<{ key: string; teamId: string }[]>`
    SELECT stytch_organization_id AS key, id::text AS "teamId" FROM teams
    WHERE stytch_organization_id = ANY(${organizationIds}::text[])
    UNION ALL
    SELECT stytch_member_id, team_id::text FROM users WHERE stytch_member_id = ANY(${memberIds}::text[])`;
  const teamOf = new Map(rows.map(({ key, teamId }) => [key, teamId]));
  return jobs.map(
    ({ facts }) =>
      facts.teamId ?? teamOf.get(facts.memberIds[0] ?? '') ?? teamOf.get(facts.organizationId ?? '') ?? null,
  );
}
