import { type Database, type Transaction, withDatabaseErrors } from '../database/database.js';
import type { FailedPlace } from '../queue/failed.js';
import type { StoredJob } from '../queue/inspect.js';
import { factsOf, type JobFacts } from './job-facts.js';
import { type FailedJob, type JobFilter, matches } from './job-filter.js';
import { shownJobId } from './job-id.js';
import type { ReplayParts } from './parts.js';

/** A failed job, whole: as the queue keeps it, what it is about, and as it is shown. */
export type FoundJob = { job: StoredJob; facts: JobFacts; shown: FailedJob };

type Parts = Pick<ReplayParts, 'queues'> & { database: Database | Transaction };

/** The failed jobs, the latest failure first, each slice a few megabytes at most. @param from where to begin */
export async function* eachFailed(
  { queues, database }: Parts,
  from: FailedPlace | null = null,
): AsyncGenerator<FoundJob[]> {
  for await (const slice of queues.failed(from)) yield await describeJobs(database, slice);
}

/** Those of them that match; a slice of which none does is left out. */
export async function* failedJobs(parts: Parts, filter: JobFilter = {}): AsyncGenerator<FoundJob[]> {
  for await (const slice of eachFailed(parts, beginOf(filter))) {
    const found = slice.filter(({ shown }) => matches(filter, shown));
    if (found.length > 0) yield found;
    if (isBefore(slice, filter)) return;
  }
}

/** Some of the failed jobs that match. */
export type FailedPage = {
  jobs: FoundJob[];
  /** How many were looked at for them. */
  looked: number;
  /** Where to go on; null when there are no more. */
  next: FailedPlace | null;
};

/**
 * A page of the failed jobs that match, and where the next one begins. A filter may fit few of many, so it ends after so
 * many were looked at too, whatever was found.
 */
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

/** Where the list goes on behind this job, which comes right after the place before. */
export function placeAfter({ shown }: FoundJob, before: FailedPlace | null): FailedPlace {
  const failedAt = new Date(shown.failedAt);
  const isSameMoment = before?.failedAt.getTime() === failedAt.getTime();
  return { failedAt, skip: isSameMoment ? (before?.skip ?? 0) + 1 : 1 };
}

function beginOf({ until }: JobFilter): FailedPlace | null {
  return until === undefined ? null : { failedAt: new Date(until.getTime() - 1), skip: 0 };
}

/** Everything after this slice failed before what the filter asks for. */
function isBefore(slice: readonly FoundJob[], { since }: JobFilter): boolean {
  const last = slice.at(-1);
  return since !== undefined && last !== undefined && Date.parse(last.shown.failedAt) < since.getTime();
}

/** Adds the team to what the jobs say: a published DELETE names only its member. */
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

/** Of each job its team: what it says, else its organization's, else its first member's. */
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
