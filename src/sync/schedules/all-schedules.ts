import type { Config } from '../../config/config.js';
import { type Database, withDatabaseErrors } from '../../database/database.js';
import { TransientError } from '../../errors/errors.js';
import { recordIdpActivity } from '../../monitoring/idp-activity.js';
import { removeOld } from '../../monitoring/retention.js';
import { foldFormerWorkers } from '../../monitoring/worker-reports.js';
import { backFillKeys } from '../roles/back-fill-keys.js';
import { backFillRoles } from '../roles/back-fill-roles.js';
import { type RevocationDependencies, revokeSessions } from '../sessions/revoke-sessions.js';
import { dueTeams, markQueued } from '../sweep/due-teams.js';
import { type OverdueDependencies, type OverdueSweeper, overdueSweeper } from '../sweep/sweep-overdue.js';
import type { ScheduleTimes } from './claim-schedules.js';

/** What is done every few seconds or hours, by one worker at a time; safe to be done by several. */
export type Schedule = ScheduleTimes & { run: () => Promise<unknown> };

export type ScheduleSettings = Pick<Config, 'SWEEP_INTERVAL_SECONDS' | 'SYNC_EVENTS_RETENTION_DAYS'>;

const second = 1_000;
const hour = 3_600 * second;

/** A sweep by the queue begins within seconds of its turn; an interval, this and a sweep fit into the SLA. */
const overdueSeconds = 15;
/** Swept without the queue while it works, every 15 s: a queue that has lost one, or more teams than searches. */
const forgottenAtOnce = 1;
/** Put off while the queue hands out sweeps: then a team that is late waits for the others, and not for us. */
export const withoutQueue = 'sweep-overdue-teams';

export function schedulesOf(
  deps: OverdueDependencies &
    RevocationDependencies & { onQuiet: (teamId: string) => void; settleFailed: () => Promise<unknown> },
  { SWEEP_INTERVAL_SECONDS: sweepIntervalSeconds, SYNC_EVENTS_RETENTION_DAYS: retentionDays }: ScheduleSettings,
): Schedule[] {
  const { database } = deps;
  const sweeper = overdueSweeper(deps);
  const overdue = { intervalSeconds: sweepIntervalSeconds, lateSeconds: overdueSeconds };
  const forgottenSeconds = Math.max(sweepIntervalSeconds, 60);
  const forgotten = { intervalSeconds: sweepIntervalSeconds, lateSeconds: forgottenSeconds, limit: forgottenAtOnce };
  return [
    { name: 'sweep-due-teams', everyMs: 5 * second, run: () => sweepDueTeams(deps, sweeper, sweepIntervalSeconds) },
    { name: withoutQueue, everyMs: 5 * second, run: () => sweeper.all(overdue) },
    // The queue works and has lost one; also where there are more teams than searches, so a few of those a minute.
    { name: 'sweep-forgotten-team', everyMs: 15 * second, run: () => sweeper.some(forgotten) },
    { name: 'back-fill-roles', everyMs: 10 * second, run: () => backFillRoles(database) }, // of the 60 s it may take
    { name: 'back-fill-keys', everyMs: 10 * second, run: () => backFillKeys(database) }, // of the 60 s it may take
    { name: 'revoke-sessions', everyMs: 5 * second, run: () => revokeSessions(deps) },
    {
      name: 'listen-to-teams',
      everyMs: 60 * second,
      run: async () => (await recordIdpActivity(database, Date.now())).forEach(deps.onQuiet),
    },
    { name: 'settle-failed', everyMs: 60 * second, run: deps.settleFailed },
    { name: 'remove-old', everyMs: hour, run: () => removeAllOld(database, retentionDays) },
  ];
}

/** Queues the sweeps whose turn has come. When the queue refuses they are done here: no leaver waits for a queue. */
async function sweepDueTeams(
  { database, rereads }: OverdueDependencies,
  sweeper: OverdueSweeper,
  intervalSeconds: number,
): Promise<void> {
  const due = await withDatabaseErrors(() => dueTeams(database, intervalSeconds));
  try {
    await rereads.teams(due, { trigger: 'sweep' });
    await withDatabaseErrors(() => markQueued(database, due));
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    await sweeper.all({ intervalSeconds, lateSeconds: 0 });
  }
}

async function removeAllOld(database: Database, retentionDays: number): Promise<void> {
  await removeOld(database, retentionDays);
  await foldFormerWorkers(database);
}
