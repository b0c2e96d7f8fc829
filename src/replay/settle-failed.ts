import { type Database, withDatabaseErrors } from '../database/database.js';
import type { FailedPlace } from '../queue/failed.js';
import { replayStep } from '../queue/jobs.js';
import { pluralize } from '../text/pluralize.js';
import { eachFailed, type FoundJob, placeAfter } from './failed-jobs.js';
import { shareFairly } from './fair-share.js';
import type { ReplayParts } from './parts.js';
import { previewMembers } from './preview-members.js';
import { openReplays, type ReplayItem, settler } from './replays.js';
import { fileAndAudit, itemIn } from './start-replay.js';

type Parts = Pick<ReplayParts, 'database' | 'queues' | 'producer' | 'readMembers' | 'searchLagMs' | 'memory'>;

const act = { actor: settler, reason: 'read again since it failed, and found right' };
/** Failed jobs that one run looks at: a second's work a minute. Four runs see 20,000, three minutes of an outage. */
const jobsPerRun = 5_000;
/** Members that one run remembers, of jobs that were read since they failed. */
const membersKept = 20_000;
/** Members that one run reads: one search, because hints need the searches. The rest has its turn later. */
const membersPerRun = 1_000;
const stepMs = 1_000;

/** A failed job whose members, or team, were read after it failed. */
type Candidate = { item: ReplayItem; teamId: string | null; memberIds: string[]; organizationId: string | null };

/**
 * Takes jobs out of the failed set that something else, mostly a sweep, has repaired. They are not removed but replayed, so
 * every hint ends in sync_events. A job is replayed only if its members were read and applied after it failed, and a dry
 * run finds nothing to change. A poison member's job stays in the failed set.
 *
 * Each run looks at the next part of the set and gives each team its share, chosen at random. So neither one team's 20,000
 * jobs, nor jobs that are never repaired, keep others out. The position is in this process's memory: another worker begins
 * at the latest failure. It may run twice, or at the same time as itself, because replays may.
 */
export function createSettler(parts: Parts): () => Promise<{ settled: number }> {
  let from: FailedPlace | null = null;
  return async () => {
    // A process may have died before it added the next step.
    if ((await openReplays(parts.database)) > 0) await parts.producer.add([replayStep(stepMs)]);
    const counts = Object.values(await parts.queues.counts());
    if (counts.every(({ failed }) => failed === 0)) return { settled: 0 };
    const { candidates, next } = await nextStretch(parts, from);
    from = next;
    const chosen = shareFairly(candidates, ({ teamId }) => teamId, { weigh: weightOf, most: membersPerRun });
    return settle(parts, await whichAreRight(parts, chosen));
  };
}

async function settle(parts: Parts, right: readonly Candidate[]): Promise<{ settled: number }> {
  if (right.length === 0) return { settled: 0 };
  const items = right.map(({ item }) => item);
  const target = pluralize(items.length, 'failed job that was repaired', 'failed jobs that were repaired');
  const { filed } = await withDatabaseErrors(() =>
    parts.database.$transaction((tx) => fileAndAudit(tx, { ...act, target }, [items])),
  );
  if (filed > 0) await parts.producer.add([replayStep(0)]);
  return { settled: filed };
}

/** Continues where the last run ended. After the end, the next run begins at the latest failure. */
async function nextStretch(
  parts: Parts,
  from: FailedPlace | null,
): Promise<{ candidates: Candidate[]; next: FailedPlace | null }> {
  const candidates: Candidate[] = [];
  let [next, looked, kept]: [FailedPlace | null, number, number] = [from, 0, 0];
  for await (const slice of eachFailed(parts, from)) {
    for (const one of slice) next = placeAfter(one, next);
    looked += slice.length;
    const found = (await whichWereRead(parts.database, slice)).map(candidateIn);
    kept += found.reduce((sum, one) => sum + weightOf(one), 0);
    candidates.push(...found);
    if (looked >= jobsPerRun || kept >= membersKept) return { candidates, next };
  }
  return { candidates, next: null };
}

function candidateIn(found: FoundJob): Candidate {
  const { memberIds, organizationId } = found.facts;
  return { item: itemIn(found), teamId: found.shown.teamId, memberIds, organizationId };
}

function weightOf({ memberIds }: Candidate): number {
  return Math.max(1, memberIds.length);
}

/** Jobs about members who were all read since the failure, and jobs whose team was swept since. */
async function whichWereRead(database: Database, slice: readonly FoundJob[]): Promise<FoundJob[]> {
  const jobs = slice.filter(({ facts }) => facts.about === 'members' || facts.about === 'team');
  const asked = jobs.map(({ facts, shown }, place) => ({
    ...{ place, members: facts.memberIds, team: shown.teamId, failedAt: shown.failedAt },
  }));
  const rows = await withDatabaseErrors(
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

async function whichAreRight(parts: Parts, candidates: readonly Candidate[]): Promise<Candidate[]> {
  const wanted = candidates.flatMap(({ memberIds, organizationId }) =>
    memberIds.map((memberId) => ({ memberId, organizationId })),
  );
  const planned = wanted.length === 0 ? new Map() : await previewMembers(parts, wanted);
  const isRight = (memberId: string) => {
    const plan = planned.get(memberId);
    return plan !== undefined && 'changes' in plan && plan.changes.length === 0;
  };
  return candidates.filter(({ memberIds }) => memberIds.every(isRight));
}
