import { type Database, withDatabaseErrors } from '../../database/database.js';
import type { Rereads } from '../../directory/rereads.js';
import { createCoalescer } from '../../process/coalesce.js';
import { limitConcurrency } from '../../process/concurrency-limit.js';
import type { QueueInspector } from '../../queue/inspect.js';
import { aloneJobId, parseHint } from '../../queue/jobs.js';

/**
 * A permanent failure counts once. While the hint of a member is in the failed set, a sweep or recheck that fails for the same
 * member adds no job of its own. `failed_hints` says which hints those may be, and the failed set decides. If a row is missing,
 * because a process died before it was written, the member is counted twice.
 */
type Parts = { database: Database; queues: Pick<QueueInspector, 'find' | 'removeFailed'> };

/** Notes of one statement. A worker handles 3,000 hints at once, and all may fail. */
const notesPerStatement = 1000;
/** Notes in memory: 2 MB. The members of further ones are counted twice. */
const notesMax = 10_000;
/** The failed set is asked about each job by itself. */
const lookupsAtOnce = 20;

/** Notes a hint that has failed for good. Never throws, and returns at once. */
export type NoteFailedHint = (jobId: string, data: unknown) => void;

/** Hints that fail at the same moment are noted with one statement. */
export function failedHintNotes(parts: Parts): NoteFailedHint {
  const waiting = new Map<string, string>();
  const { nudge } = createCoalescer(async () => {
    const notes = [...waiting].slice(0, notesPerStatement);
    for (const [jobId] of notes) waiting.delete(jobId);
    await write(parts, notes).catch(() => {}); // the members are counted twice
    if (waiting.size > 0) nudge();
  });
  return (jobId, data) => {
    const memberId = onlyMemberOf(data);
    if (memberId === null || waiting.size >= notesMax) return;
    waiting.set(jobId, memberId);
    nudge();
  };
}

/** The same rereads, but members whose hint is in the failed set get no job. */
export function exceptFailedHints(rereads: Rereads, parts: Parts): Rereads {
  return {
    ...rereads,
    alone: async (rechecks) => {
      const memberIds = rechecks.map(({ memberId }) => memberId);
      const failed = await withFailedHint(parts, memberIds);
      await removeAlone(parts, [...failed]);
      await rereads.alone(rechecks.filter(({ memberId }) => !failed.has(memberId)));
    },
  };
}

/** Hints about several members, and jobs that no version of ours wrote, are not noted. */
function onlyMemberOf(data: unknown): string | null {
  try {
    const [memberId = null, ...others] = parseHint(data).memberIds;
    return others.length === 0 ? memberId : null;
  } catch {
    return null;
  }
}

async function write(parts: Parts, notes: readonly (readonly [jobId: string, memberId: string])[]): Promise<void> {
  const [jobIds, memberIds] = [notes.map(([jobId]) => jobId), notes.map(([, memberId]) => memberId)];
  await parts.database.$executeRaw`
    INSERT INTO failed_hints (job_id, stytch_member_id)
    SELECT * FROM unnest(${jobIds}::text[], ${memberIds}::text[]) ORDER BY 1
    ON CONFLICT (job_id) DO UPDATE SET failed_at = clock_timestamp()`;
  await removeAlone(parts, memberIds);
}

async function removeAlone({ queues }: Parts, memberIds: readonly string[]): Promise<void> {
  const atOnce = limitConcurrency(lookupsAtOnce);
  await Promise.all(memberIds.map((id) => atOnce(() => queues.removeFailed('rereads', aloneJobId(id)))));
}

/** Looks up the latest failed hint of each member. A row whose hint was replayed or repaired meanwhile is removed. */
async function withFailedHint({ database, queues }: Parts, memberIds: readonly string[]): Promise<Set<string>> {
  const rows = await withDatabaseErrors(
    () => database.$queryRaw<{ jobId: string; memberId: string }[]>`
      SELECT DISTINCT ON (stytch_member_id) job_id AS "jobId", stytch_member_id AS "memberId" FROM failed_hints
      WHERE stytch_member_id = ANY(${memberIds}::text[]) ORDER BY stytch_member_id, failed_at DESC`,
  );
  const atOnce = limitConcurrency(lookupsAtOnce);
  const jobs = await Promise.all(rows.map(({ jobId }) => atOnce(() => queues.find(jobId, ['hints', 'leavers']))));
  const isFailed = (_: unknown, i: number) => jobs[i]?.state === 'failed';
  const over = rows.filter((row, i) => !isFailed(row, i)).map(({ jobId }) => jobId);
  if (over.length > 0) {
    await withDatabaseErrors(() => database.failedHint.deleteMany({ where: { jobId: { in: over } } }));
  }
  return new Set(rows.filter(isFailed).map(({ memberId }) => memberId));
}
