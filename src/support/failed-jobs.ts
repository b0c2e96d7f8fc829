import { type Database, readingDatabase } from '../database.js';
import type { StoredJob } from '../queue/inspect.js';
import { factsOf, type JobFacts } from './job-facts.js';
import { type FailedJob, type JobFilter, matches } from './job-filter.js';
import { shownJobId } from './job-id.js';
import type { SupportParts } from './parts.js';

/** A failed job, whole: as the queue keeps it, what it is about, and as it is shown. */
export type FoundJob = { job: StoredJob; facts: JobFacts; shown: FailedJob };

/** The failed jobs that match, the latest failure first. */
export async function failedJobs(
  { queues, database }: Pick<SupportParts, 'queues' | 'database'>,
  filter: JobFilter = {},
): Promise<FoundJob[]> {
  const found = new Map<string, FoundJob>();
  for await (const page of queues.failed()) {
    for (const one of await describeJobs(database, page)) {
      // Once each: what fails while we page shifts the pages.
      if (matches(filter, one.shown)) found.set(`${one.job.queue} ${one.job.id}`, one);
    }
  }
  return [...found.values()].sort((a, b) => (a.shown.failedAt < b.shown.failedAt ? 1 : -1));
}

/** Adds the team to what the jobs say: a published DELETE names only its member. */
export async function describeJobs(database: Database, jobs: readonly StoredJob[]): Promise<FoundJob[]> {
  const described = jobs.map((job) => ({ job, facts: factsOf(job) }));
  const teams = await readingDatabase(() => teamsOf(database, described));
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
async function teamsOf(database: Database, jobs: readonly { facts: JobFacts }[]): Promise<(string | null)[]> {
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
