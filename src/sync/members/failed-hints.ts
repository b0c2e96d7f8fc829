import { type Database, withDatabaseErrors } from '../../database/database.js';
import type { Recheck, Rereads } from '../../directory/rereads.js';
import type { QueueInspector } from '../../queue/inspect.js';
import { aloneJobId, parseHint } from '../../queue/jobs.js';

/**
 * A permanent failure counts once. While the hint of a member is in the failed set, a sweep or recheck that fails for the same
 * member adds no job of its own. `failed_hints` says which hints those may be, and the failed set decides. If a row is missing,
 * because a process died before it was written, the member is counted twice.
 */
type Parts = { database: Database; queues: Pick<QueueInspector, 'find' | 'removeFailed'> };

/** Notes a hint that has failed for good. @param data the data of its job */
export async function noteFailedHint({ database, queues }: Parts, jobId: string, data: unknown): Promise<void> {
  const [memberId, ...others] = parseHint(data).memberIds;
  if (memberId === undefined || others.length > 0) return;
  await database.failedHint.upsert({ where: { jobId }, create: { jobId, memberId }, update: { failedAt: new Date() } });
  await queues.removeFailed('rereads', [aloneJobId(memberId)]);
}

/** The same rereads, but members whose hint is in the failed set get no job. */
export function exceptFailedHints(rereads: Rereads, parts: Parts): Rereads {
  return {
    ...rereads,
    alone: async (rechecks) => {
      const failed = await withFailedHint(
        parts,
        rechecks.map(({ memberId }) => memberId),
      );
      await parts.queues.removeFailed('rereads', [...failed].map(aloneJobId));
      await rereads.alone(rechecks.filter(({ memberId }: Recheck) => !failed.has(memberId)));
    },
  };
}

/** A page of a sweep has 1,000 members. */
const rowsMax = 1000;

/** Rows whose hint was replayed or repaired meanwhile are removed. */
async function withFailedHint({ database, queues }: Parts, memberIds: string[]): Promise<Set<string>> {
  const rows = await withDatabaseErrors(() =>
    database.failedHint.findMany({ where: { memberId: { in: memberIds } }, take: rowsMax }),
  );
  const states = await Promise.all(rows.map(({ jobId }) => queues.find(jobId, ['hints', 'leavers'])));
  const isFailed = (_: unknown, i: number) => states[i]?.state === 'failed';
  const over = rows.filter((row, i) => !isFailed(row, i)).map(({ jobId }) => jobId);
  if (over.length > 0)
    await withDatabaseErrors(() => database.failedHint.deleteMany({ where: { jobId: { in: over } } }));
  return new Set(rows.filter(isFailed).map(({ memberId }) => memberId));
}
