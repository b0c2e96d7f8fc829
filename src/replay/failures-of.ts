import { eachFailed } from './failed-jobs.js';
import type { FailedJob } from './job-filter.js';
import type { ReplayParts } from './parts.js';

/** The failed jobs that name these members, by member, and the number of failed jobs that were not looked at. */
export type Failures = { of: ReadonlyMap<string, FailedJob[]>; notLookedAt: number };

/** Three minutes of an outage leave 20,000. To read them takes some seconds, and blocks nothing. */
const lookMax = 20_000;
/** Jobs of one member. One is enough to replay, because each reads the member as it is now. */
const namedMax = 10;

/** Looks through the failed jobs once for all members, because the queue can't find jobs by member. */
export async function failuresOf(
  parts: Pick<ReplayParts, 'queues' | 'database'>,
  memberIds: ReadonlySet<string>,
): Promise<Failures> {
  const found = new Map<string, FailedJob[]>([...memberIds].map((memberId) => [memberId, []]));
  if (memberIds.size === 0) return { of: found, notLookedAt: 0 };
  let looked = 0;
  for await (const slice of eachFailed(parts)) {
    looked += slice.length;
    for (const { facts, shown } of slice) {
      const lists = facts.memberIds.map((memberId) => found.get(memberId)).filter((list) => list !== undefined);
      for (const list of lists) if (list.length < namedMax) list.push(shown);
    }
    if (looked >= lookMax) break;
  }
  if (looked < lookMax) return { of: found, notLookedAt: 0 };
  const counts = Object.values(await parts.queues.counts());
  const failed = counts.reduce((sum, { failed }) => sum + failed, 0);
  return { of: found, notLookedAt: Math.max(0, failed - looked) };
}
