import type { Database } from '../database/database.js';
import type { JobFilter } from '../replay/job-filter.js';
import { timeOf } from '../text/time.js';
import { findTeam } from './find-team.js';

/** A filter of failed jobs as a person typed it. An empty field is no condition. */
export type TypedFilter = Partial<Record<'team' | 'type' | 'error' | 'since' | 'until', string | undefined>>;

/** @throws RequestProblem when there is no such team, or a time can't be read */
export async function filterOf(database: Database, typed: TypedFilter): Promise<JobFilter> {
  const { team, type, error, since, until } = typed;
  const now = new Date();
  return {
    ...(team ? { teamId: (await findTeam(database, team)).id } : {}),
    ...(type ? { type } : {}),
    ...(error ? { error } : {}),
    ...(since ? { since: timeOf(since, '--since', now) } : {}),
    ...(until ? { until: timeOf(until, '--until', now) } : {}),
  };
}
