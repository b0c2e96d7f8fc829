import { counted } from '../counted.js';
import { type Database, readingDatabase } from '../database.js';
import { replayStep } from '../jobs.js';
import { audit } from './audit.js';
import { type FoundJob, failedJobs } from './failed-jobs.js';
import type { SupportParts } from './parts.js';
import { previewMembers } from './preview-members.js';
import { fileBatch, openReplays } from './replays.js';
import { settler } from './settled-lately.js';

type Parts = Pick<SupportParts, 'database' | 'queues' | 'producer' | 'readMembers' | 'searchLagMs' | 'memory'>;

const act = { actor: settler, reason: 'read again since it failed, and found right' };
/** Read by one search; what is left has its turn a minute later. */
const jobsPerRun = 500;
const stepMs = 1_000;

/**
 * Empties the failed set of what was put right meanwhile, by a sweep mostly. The jobs are not simply removed: they go
 * through the front door like any replay, so that every hint ends in sync_events. Only those go whose member was read and
 * applied after the failure, and of whom a dry run finds nothing left to change: a poison member's stay where they are.
 * Safe to run twice and side by side, as replays are.
 */
export async function settleFailed(parts: Parts): Promise<{ settled: number }> {
  if ((await openReplays(parts.database)) > 0) await parts.producer.add([replayStep(stepMs)]); // should its chain be broken
  const counts = Object.values(await parts.queues.counts());
  if (counts.every(({ failed }) => failed === 0)) return { settled: 0 };
  const failed = (await failedJobs(parts)).filter(({ facts }) => facts.about === 'members' || facts.about === 'team');
  const readSince = (await whichWereRead(parts.database, failed)).slice(0, jobsPerRun);
  const right = await whichAreRight(parts, readSince);
  if (right.length === 0) return { settled: 0 };
  const items = right.map(({ job, facts }) => ({ queue: job.queue, jobId: job.id, leaver: facts.leaver }));
  const target = counted(items.length, 'failed job that was put right', 'failed jobs that were put right');
  const { filed } = await readingDatabase(() =>
    parts.database.$transaction(async (tx) => {
      const batch = await fileBatch(tx, { ...act, target }, items);
      const details = { batchId: batch.batchId, jobs: batch.filed };
      if (batch.batchId !== null) await audit(tx, act, { action: 'replay', target, details });
      return batch;
    }),
  );
  if (filed > 0) await parts.producer.add([replayStep(0)]);
  return { settled: filed };
}

/** Of members: those of whom something was applied since, or whose team was swept as a whole. Of teams: those swept. */
async function whichWereRead(database: Database, jobs: readonly FoundJob[]): Promise<FoundJob[]> {
  const asked = jobs.map(({ facts, shown }, place) => ({
    ...{ place, members: facts.memberIds, team: shown.teamId, failedAt: shown.failedAt },
  }));
  const rows = await readingDatabase(
    () => database.$queryRaw<{ place: number }[]>`
      SELECT a.place FROM jsonb_to_recordset(${JSON.stringify(asked)}::jsonb)
        AS a(place int, members text[], team uuid, "failedAt" timestamptz)
      WHERE EXISTS (SELECT 1 FROM team_syncs s WHERE s.team_id = a.team AND s.swept_at > a."failedAt")
        OR (cardinality(a.members) > 0 AND NOT EXISTS (
          SELECT 1 FROM unnest(a.members) m LEFT JOIN users u ON u.stytch_member_id = m
          WHERE u.observed_at IS NULL OR u.observed_at <= a."failedAt"))`,
  );
  return rows.flatMap(({ place }) => jobs[place] ?? []);
}

async function whichAreRight(parts: Parts, jobs: readonly FoundJob[]): Promise<FoundJob[]> {
  const wanted = jobs.flatMap(({ facts }) =>
    facts.memberIds.map((memberId) => ({ memberId, organizationId: facts.organizationId })),
  );
  const planned = wanted.length === 0 ? new Map() : await previewMembers(parts, wanted);
  const isRight = (memberId: string) => {
    const plan = planned.get(memberId);
    return plan !== undefined && 'changes' in plan && plan.changes.length === 0;
  };
  return jobs.filter(({ facts }) => facts.memberIds.every(isRight));
}
