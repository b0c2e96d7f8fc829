import type { FoundJob } from '../../replay/failed-jobs.js';

export type FailedGroup = { teamId: string | null; eventType: string; error: string; jobs: number };

/** A screenful, the largest first. */
const groupsMax = 30;

/** Failed jobs by team, type and error, the largest group first. Ids in errors don't count, so that equal errors meet. Pure. */
export function failedGroups(jobs: readonly FoundJob[]): FailedGroup[] {
  const groups = new Map<string, FailedGroup>();
  for (const { shown } of jobs) {
    const { teamId, eventType } = shown;
    const error = kindOf(shown.error);
    const key = JSON.stringify([teamId, eventType, error]);
    groups.set(key, { teamId, eventType, error, jobs: (groups.get(key)?.jobs ?? 0) + 1 });
  }
  return [...groups.values()].sort((a, b) => b.jobs - a.jobs).slice(0, groupsMax);
}

/** The text up to the first id. It is a part of all these errors, so it can be searched for. */
function kindOf(error: string): string {
  return (error.split(/ ?\(?(?:request-id|member|organization)-/)[0] ?? '').trim();
}
