import { withDatabaseErrors } from '../../database/database.js';
import { eventLag } from '../../database/event-lag.js';
import type { JobCounts } from '../../queue/inspect.js';
import { openReplays, settledLately } from '../../replay/replays.js';
import { durationText } from '../../text/time.js';
import type { SupportParts } from '../parts.js';

/** The state of the whole system, on one screen. */
export type Status = {
  queues: Record<string, JobCounts>;
  failed: number;
  /** The age of the oldest job that waits. */
  oldestPendingSeconds: number | null;
  /** From the event that Stytch sent to the commit in Scanner, of the changes in the last hour. */
  lag: { changes: number; p50Seconds: number | null; p99Seconds: number | null };
  /** Changes of the last 24 hours that took longer than SLA_SECONDS. */
  breaches: number;
  slaSeconds: number;
  held: number;
  /** The teams that have been quiet for longest, and the number of all. */
  quietTeams: { teamId: string; since: string }[];
  quiet: number;
  /** A worker died while it swept them, and no sweep has succeeded since. */
  suspectTeams: { teamId: string; since: string }[];
  connectedTeams: number;
  /** Workers that have reported in the last minute. */
  workers: number;
  replaysUnderWay: number;
  /** Failed jobs that a sweep has repaired, and that left the failed set for that reason, in the last 24 hours. */
  settledBySweeps: number;
};

type Parts = Pick<SupportParts, 'database' | 'queues' | 'slaSeconds'>;

export async function status(parts: Parts): Promise<Status> {
  const [queues, oldest, numbers, quietTeams, suspectTeams, replaysUnderWay, settledBySweeps] = await Promise.all([
    parts.queues.counts(),
    parts.queues.oldestPending(),
    readNumbers(parts),
    readTeams(parts, 'quietSince'),
    readTeams(parts, 'suspectSince'),
    openReplays(parts.database),
    settledLately(parts.database),
  ]);
  const { changes, p50Seconds, p99Seconds, ...counts } = numbers;
  return {
    queues,
    failed: Object.values(queues).reduce((sum, { failed }) => sum + failed, 0),
    oldestPendingSeconds: oldest === null ? null : Math.max(0, (Date.now() - oldest.getTime()) / 1000),
    lag: { changes, p50Seconds, p99Seconds },
    ...counts,
    ...{ slaSeconds: parts.slaSeconds, quietTeams, suspectTeams, replaysUnderWay, settledBySweeps },
  };
}

type Numbers = Status['lag'] & Pick<Status, 'breaches' | 'held' | 'quiet' | 'connectedTeams' | 'workers'>;

async function readNumbers({ database, slaSeconds }: Parts): Promise<Numbers> {
  const [row] = await withDatabaseErrors(
    () => database.$queryRaw<[Numbers]>`
      WITH lags AS (
        SELECT ${eventLag} AS seconds, applied_at FROM sync_events
        WHERE applied_at > now() - interval '24 hours' AND ${eventLag} IS NOT NULL
      ), recent AS (SELECT seconds FROM lags WHERE applied_at > now() - interval '1 hour')
      SELECT
        (SELECT count(*)::int FROM recent) AS changes,
        (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM recent) AS "p50Seconds",
        (SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY seconds) FROM recent) AS "p99Seconds",
        (SELECT count(*)::int FROM lags WHERE seconds > ${slaSeconds}) AS breaches,
        (SELECT count(*)::int FROM held_changes WHERE resolution IS NULL) AS held,
        (SELECT count(*)::int FROM team_syncs WHERE quiet_since IS NOT NULL) AS quiet,
        (SELECT count(*)::int FROM scim_connected_teams) AS "connectedTeams",
        (SELECT count(*)::int FROM worker_reports WHERE reported_at > now() - interval '1 minute') AS workers`,
  );
  return row;
}

/** A screenful. There may be ten thousand teams. */
const teamsShown = 50;

async function readTeams({ database }: Parts, since: 'quietSince' | 'suspectSince'): Promise<Status['quietTeams']> {
  const teams = await withDatabaseErrors(() =>
    database.teamSync.findMany({ where: { [since]: { not: null } }, orderBy: { [since]: 'asc' }, take: teamsShown }),
  );
  return teams.map((team) => ({ teamId: team.teamId, since: team[since]?.toISOString() ?? '' }));
}

/** The numbers that the command line and the page show. Pure. */
export function statusFacts(now: Status): [string, string][] {
  const seconds = (value: number | null) => (value === null ? '—' : durationText(value));
  const pending = Object.values(now.queues).map(({ waiting, active, delayed }) => waiting + active + delayed);
  return [
    ['In the queues', String(pending.reduce((sum, jobs) => sum + jobs, 0))],
    ['Oldest pending', seconds(now.oldestPendingSeconds)],
    ['Lag p50, last hour', seconds(now.lag.p50Seconds)],
    ['Lag p99, last hour', seconds(now.lag.p99Seconds)],
    [`Breaches of ${now.slaSeconds} s, 24 h`, String(now.breaches)],
    ['Failed', String(now.failed)],
    ['Held', String(now.held)],
    ['Repaired by sweeps, 24 h', String(now.settledBySweeps)],
    ['Open replays', String(now.replaysUnderWay)],
    ['Workers', String(now.workers)],
    ['Connected teams', String(now.connectedTeams)],
    ['Quiet teams', String(now.quiet)],
  ];
}
