import type { Config } from '../../config/config.js';
import { withDatabaseErrors } from '../../database/database.js';
import { TransientError } from '../../errors/errors.js';
import { recordIdpActivity } from '../../monitoring/idp-activity.js';
import { type Head, noteHeads } from '../../monitoring/note-heads.js';
import { type RecordRetention, type Removed, removeOld, removeOldRecords } from '../../monitoring/retention.js';
import { foldFormerWorkers } from '../../monitoring/worker-reports.js';
import { readTokenExpiry, type TokenExpiryDependencies } from '../connections/read-token-expiry.js';
import { backFillKeys, hasKeyChanges } from '../roles/back-fill-keys.js';
import { backFillRoles, hasRoleChanges } from '../roles/back-fill-roles.js';
import { hasSessionsToEnd, type RevocationDependencies, revokeSessions } from '../sessions/revoke-sessions.js';
import { dueTeams, isAnyDue, isAnyOverdue, markQueued } from '../sweep/due-teams.js';
import { type OverdueDependencies, type OverdueSweeper, overdueSweeper } from '../sweep/sweep-overdue.js';
import type { ScheduleTimes } from './claim-schedules.js';

/** Work that repeats every few seconds or hours. One worker at a time does it; several at the same time are safe, too. */
export type Schedule = ScheduleTimes & { run: () => Promise<unknown> };

export type ScheduleSettings = RecordRetention &
  Pick<Config, 'SWEEP_INTERVAL_SECONDS' | 'SYNC_EVENTS_RETENTION_DAYS' | 'EVIDENCE_HEADS_FILE'>;

const second = 1_000;
const hour = 3_600 * second;
const day = 24 * hour;

/** The queue starts a due sweep within seconds. The interval, these 15 s and a sweep together fit into the SLA. */
const overdueSeconds = 15;
/** Teams that are swept without the queue every 15 s although the queue works: it may have lost a job. */
const forgottenAtOnce = 1;
/** Postponed while the queue hands out sweeps: then a late team waits for the other teams, and a second sweep does not help. */
export const overdueSweeps = 'sweep-overdue-teams';

export type ScheduleDependencies = OverdueDependencies &
  RevocationDependencies &
  TokenExpiryDependencies & {
    /** Called when a team's IdP has become silent. */
    onQuiet: (teamId: string) => void;
    /** Closes failed jobs that a later read has made unnecessary. */
    settleFailed: () => Promise<unknown>;
    /** Called after rows were removed for their age. */
    onRemoved: (removed: Removed) => void;
    /** Called with heads of the chains of evidence. */
    onHeads: (some: { heads: Head[] }) => void;
  };

/** All schedules of a worker. */
export function schedulesOf(deps: ScheduleDependencies, settings: ScheduleSettings): Schedule[] {
  const { database } = deps;
  const { SWEEP_INTERVAL_SECONDS: sweepIntervalSeconds, EVIDENCE_HEADS_FILE: file } = settings;
  const sweeper = overdueSweeper(deps);
  const overdue = { intervalSeconds: sweepIntervalSeconds, lateSeconds: overdueSeconds };
  const forgottenSeconds = Math.max(sweepIntervalSeconds, 60);
  const forgotten = { intervalSeconds: sweepIntervalSeconds, lateSeconds: forgottenSeconds, limit: forgottenAtOnce };
  return [
    {
      name: 'sweep-due-teams',
      everyMs: 5 * second,
      hasWork: isAnyDue(sweepIntervalSeconds),
      run: () => sweepDueTeams(deps, sweeper, sweepIntervalSeconds),
    },
    {
      name: overdueSweeps,
      everyMs: 5 * second,
      hasWork: isAnyOverdue(overdue),
      run: () => sweeper.sweepAll(overdue),
    },
    // Even while the queue works: it may have lost a job.
    {
      name: 'sweep-forgotten-team',
      everyMs: 15 * second,
      hasWork: isAnyOverdue(forgotten),
      run: () => sweeper.sweepSome(forgotten),
    },
    // Grants are due within 60 s.
    { name: 'back-fill-roles', everyMs: 10 * second, hasWork: hasRoleChanges, run: () => backFillRoles(database) },
    // A leaver's new keys are revoked within 60 s.
    { name: 'back-fill-keys', everyMs: 10 * second, hasWork: hasKeyChanges, run: () => backFillKeys(database) },
    { name: 'revoke-sessions', everyMs: 5 * second, hasWork: hasSessionsToEnd, run: () => revokeSessions(deps) },
    {
      name: 'listen-to-teams',
      everyMs: 60 * second,
      run: async () => (await recordIdpActivity(database, Date.now())).forEach(deps.onQuiet),
    },
    { name: 'settle-failed', everyMs: 60 * second, run: deps.settleFailed },
    { name: 'read-token-expiry', everyMs: hour, run: () => readTokenExpiry(deps) }, // they expire after years
    { name: 'remove-old', everyMs: hour, run: () => removeAllOld(deps, settings) },
    { name: 'remove-old-records', everyMs: day, run: () => removeRecords(deps, settings) },
    { name: 'note-evidence-heads', everyMs: day, run: () => noteHeads({ database, file, onHeads: deps.onHeads }) },
  ];
}

/** Queues the sweeps that are due. If the queue refuses them, this process does them, so that no leaver waits for the queue. */
async function sweepDueTeams(
  { database, rereads }: OverdueDependencies,
  sweeper: OverdueSweeper,
  intervalSeconds: number,
): Promise<void> {
  const due = await withDatabaseErrors(() => dueTeams(database, intervalSeconds));
  try {
    for (const { slot, teamIds } of due) await rereads.teams({ name: `slot-${slot}`, teamIds }, { trigger: 'sweep' });
    const queued = due.flatMap(({ teamIds }) => teamIds);
    await withDatabaseErrors(() => markQueued(database, queued));
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    await sweeper.sweepAll({ intervalSeconds, lateSeconds: 0 });
  }
}

type RetentionDependencies = Pick<ScheduleDependencies, 'database' | 'onRemoved'>;

async function removeAllOld(deps: RetentionDependencies, settings: ScheduleSettings): Promise<void> {
  tellRemoved(deps, await removeOld(deps.database, settings.SYNC_EVENTS_RETENTION_DAYS));
  await foldFormerWorkers(deps.database);
}

async function removeRecords(deps: RetentionDependencies, settings: ScheduleSettings): Promise<void> {
  tellRemoved(deps, await removeOldRecords(deps.database, settings));
}

function tellRemoved({ onRemoved }: RetentionDependencies, removed: Removed): void {
  if (Object.values(removed).some((rows) => rows > 0)) onRemoved(removed);
}
