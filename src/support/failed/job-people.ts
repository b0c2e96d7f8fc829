import { type Database, withDatabaseErrors } from '../../database/database.js';
import { type Names, namesOf } from '../names.js';

/** The people whom jobs are about. A job about several members, or a whole team, is about nobody here. */
export type JobPeople = { memberOf(jobId: string): string | null; names: Names };

/** Looks them up for the jobs of one page, by what was recorded of each hint. */
export async function peopleOfJobs(database: Database, jobIds: readonly string[]): Promise<JobPeople> {
  const ids = [...jobIds];
  // Hints and replays have an index each in sync_events.
  const rows = await withDatabaseErrors(
    () => database.$queryRaw<{ jobId: string; memberId: string }[]>`
      SELECT job_id AS "jobId", stytch_member_id AS "memberId" FROM failed_hints WHERE job_id = ANY(${ids}::text[])
      UNION ALL SELECT svix_id, stytch_member_id FROM sync_events
        WHERE trigger = 'hint' AND svix_id = ANY(${ids}::text[]) AND stytch_member_id IS NOT NULL
      UNION ALL SELECT svix_id, stytch_member_id FROM sync_events
        WHERE trigger = 'replay' AND svix_id = ANY(${ids}::text[]) AND stytch_member_id IS NOT NULL`,
  );
  const members = new Map(rows.map(({ jobId, memberId }) => [jobId, memberId]));
  const names = await namesOf(database, { people: [...members.values()] });
  return { memberOf: (jobId) => members.get(jobId) ?? null, names };
}
