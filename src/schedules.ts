import type { Config } from './config.js';
import { type Database, readingDatabase } from './database.js';
import { Unavailable } from './failures.js';
import type { ScheduleTimes } from './queue/keep-schedules.js';
import type { SweepDependencies } from './reconcile/ask-again.js';
import { backFillKeys } from './reconcile/back-fill-keys.js';
import { backFillRoles } from './reconcile/back-fill-roles.js';
import { dueTeams, markQueued } from './reconcile/due-teams.js';
import type { Rereads } from './reconcile/rereads.js';
import { type RevocationDependencies, revokeSessions } from './reconcile/revoke-sessions.js';
import { sweepTeams } from './reconcile/sweep-teams.js';
import { listenToTeams } from './watch/hear.js';
import { removeOld } from './watch/retention.js';
import { foldFormerWorkers } from './watch/worker-reports.js';

/** What is done every few seconds or hours, by one worker at a time; safe to be done by several. */
export type Schedule = ScheduleTimes & { run: () => Promise<unknown> };

export type ScheduleSettings = Pick<Config, 'SWEEP_INTERVAL_SECONDS' | 'SYNC_EVENTS_RETENTION_DAYS'>;

const second = 1_000;
const hour = 3_600 * second;

/** How many teams a worker sweeps with one listing when the queue is away. */
const teamsAtOnce = 20;

export function schedulesOf(
  deps: SweepDependencies &
    RevocationDependencies & { onQuiet: (teamId: string) => void; settleFailed: () => Promise<unknown> },
  { SWEEP_INTERVAL_SECONDS: sweepIntervalSeconds, SYNC_EVENTS_RETENTION_DAYS: retentionDays }: ScheduleSettings,
): Schedule[] {
  const { database } = deps;
  return [
    { name: 'sweep-due-teams', everyMs: 5 * second, run: () => sweepDueTeams(deps, sweepIntervalSeconds) },
    { name: 'back-fill-roles', everyMs: 10 * second, run: () => backFillRoles(database) }, // of the 60 s it may take
    { name: 'back-fill-keys', everyMs: 10 * second, run: () => backFillKeys(database) }, // of the 60 s it may take
    { name: 'revoke-sessions', everyMs: 5 * second, run: () => revokeSessions(deps) },
    {
      name: 'listen-to-teams',
      everyMs: 60 * second,
      run: async () => (await listenToTeams(database, Date.now())).forEach(deps.onQuiet),
    },
    { name: 'settle-failed', everyMs: 60 * second, run: deps.settleFailed },
    { name: 'remove-old', everyMs: hour, run: () => removeAllOld(database, retentionDays) },
  ];
}

/** Queues the sweeps whose turn has come. When the queue is away they are done here: no leaver waits for a queue. */
async function sweepDueTeams(deps: SweepDependencies, intervalSeconds: number): Promise<void> {
  const { database, rereads } = deps;
  const due = await readingDatabase(() => dueTeams(database, intervalSeconds));
  try {
    await rereads.teams(due, { trigger: 'sweep' });
    await readingDatabase(() => markQueued(database, due));
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    for (let i = 0; i < due.length; i += teamsAtOnce) await sweepHere(deps, due.slice(i, i + teamsAtOnce));
  }
}

async function sweepHere(deps: SweepDependencies, teamIds: readonly string[]): Promise<void> {
  const requests = teamIds.map((teamId) => ({ teamId, occasion: { trigger: 'sweep' as const } }));
  const results = await sweepTeams({ ...deps, rereads: nobodyIsAsked }, requests);
  const done = teamIds.filter((_, i) => !(results[i] instanceof Error));
  await readingDatabase(() => markQueued(deps.database, done));
  const failed = results.find((result) => result instanceof Error);
  if (failed) throw failed;
}

/** Without a queue nobody can be asked for another look; the next sweep comes by itself. */
const nobodyIsAsked: Rereads = {
  members: async () => {},
  alone: async () => {},
  team: async () => {},
  teams: async () => {},
  everyTeam: async () => {},
};

async function removeAllOld(database: Database, retentionDays: number): Promise<void> {
  await removeOld(database, retentionDays);
  await foldFormerWorkers(database);
}
