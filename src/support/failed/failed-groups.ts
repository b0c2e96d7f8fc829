import type { FoundJob } from '../../replay/failed-jobs.js';

/** A screenful: the largest groups are what to look at first. */
export type FailedGroup = { teamId: string | null; eventType: string; error: string; jobs: number };

const groupsMax = 30;

/** Failed jobs by team, type and error, the largest group first; an error's ids are left out, so that like meets like. Pure. */
export function failedGroups(jobs: readonly FoundJob[]): FailedGroup[] {
  const groups = new Map<string, FailedGroup>();
  for (const { shown } of jobs) {
    const error = kindOf(shown.error);
    const key = JSON.stringify([shown.teamId, shown.eventType, error]);
    const group = groups.get(key) ?? { teamId: shown.teamId, eventType: shown.eventType, error, jobs: 0 };
    groups.set(key, { ...group, jobs: group.jobs + 1 });
  }
  return [...groups.values()].sort((a, b) => b.jobs - a.jobs).slice(0, groupsMax);
}

/** Up to the first id: what is left is a part of every such error, so it can be searched for. */
function kindOf(error: string): string {
  return (error.split(/ ?\(?(?:request-id|member|organization)-/)[0] ?? '').trim();
}
