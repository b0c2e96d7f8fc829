import { withDatabaseErrors } from '../../database/database.js';
import { eventLag } from '../../database/event-lag.js';
import type { QueueName } from '../../queue/backend.js';
import type { JobCounts } from '../../queue/inspect.js';
import { openReplays, settledLately } from '../../replay/replays.js';
import { durationText } from '../../text/time.js';
import type { SupportParts } from '../parts.js';

type SinceOfTeam = { teamId: string; teamName: string; since: string };

/** The state of the whole system, on one screen. */
export type Status = {
  queues: Record<QueueName, JobCounts>;
  failed: number;
  /** The age of the oldest job that waits. */
  oldestPendingSeconds: number | null;
  /** From the event that Stytch sent to the commit in Scanner, of the changes in the last hour. */
  lag: { changes: number; p50Seconds: number | null; p99Seconds: number | null };
  /** Changes of the last 24 hours that took longer than SLA_SECONDS. */
  breaches: number;
  slaSeconds: number;
  held: number;
  /** The oldest holds. */
  holds: { id: string; teamId: string; teamName: string; users: number }[];
  /** The teams that have been quiet for longest, and the number of all. */
  quietTeams: SinceOfTeam[];
  quiet: number;
  /** A worker died while it swept them, and no sweep has succeeded since. */
  suspectTeams: SinceOfTeam[];
  connectedTeams: number;
  /** Workers that have reported in the last minute. */
  workers: number;
  replaysUnderWay: number;
  /** Failed jobs that a sweep has repaired, and that left the failed set for that reason, in the last 24 hours. */
  settledBySweeps: number;
};

type Parts = Pick<SupportParts, 'database' | 'queues' | 'slaSeconds'>;

export async function status(parts: Parts): Promise<Status> {
  const [queues, oldest, numbers, holds, quietTeams, suspectTeams, replaysUnderWay, settledBySweeps] =
    await Promise.all([
      parts.queues.counts(),
      parts.queues.oldestPending(),
      readNumbers(parts),
      readHolds(parts),
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
    ...{ slaSeconds: parts.slaSeconds, holds, quietTeams, suspectTeams, replaysUnderWay, settledBySweeps },
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

async function readTeams({ database }: Parts, since: 'quietSince' | 'suspectSince'): Promise<SinceOfTeam[]> {
  const teams = await withDatabaseErrors(() =>
    database.teamSync.findMany({
      where: { [since]: { not: null } },
      include: { team: { select: { name: true } } },
      orderBy: { [since]: 'asc' },
      take: teamsShown,
    }),
  );
  return teams.map(({ teamId, team, ...sync }) => ({
    ...{ teamId, teamName: team.name, since: sync[since]?.toISOString() ?? '' },
  }));
}

/** Each needs a decision. `held` lists more. */
const holdsShown = 5;

async function readHolds({ database }: Parts): Promise<Status['holds']> {
  return withDatabaseErrors(
    () => database.$queryRaw<Status['holds']>`
      SELECT h.id::text, h.team_id::text AS "teamId", t.name AS "teamName", cardinality(h.user_ids) AS users
      FROM held_changes h JOIN teams t ON t.id = h.team_id
      WHERE h.resolution IS NULL ORDER BY h.since, h.id LIMIT ${holdsShown}`,
  );
}

export type LateChange = {
  at: string;
  teamId: string | null;
  memberId: string | null;
  userId: string | null;
  lagSeconds: number;
};

/** The latest ones. `export` has all of a team's leavers. */
const lateShown = 20;

/** Changes of the last 24 hours that took longer than the SLA, the latest first. */
export async function readLate({ database, slaSeconds }: Parts): Promise<LateChange[]> {
  const rows = await withDatabaseErrors(
    () => database.$queryRaw<(Omit<LateChange, 'at'> & { at: Date })[]>`
      SELECT applied_at AS at, team_id::text AS "teamId", stytch_member_id AS "memberId", user_id::text AS "userId",
        extract(epoch FROM applied_at - sent_at)::float8 AS "lagSeconds"
      FROM sync_events
      WHERE applied_at > now() - interval '24 hours' AND outcome = 'changed' AND sent_at IS NOT NULL
        AND trigger IN ('hint', 'recheck', 'replay') AND extract(epoch FROM applied_at - sent_at) > ${slaSeconds}
      ORDER BY applied_at DESC LIMIT ${lateShown}`,
  );
  return rows.map(({ at, ...row }) => ({ ...row, at: at.toISOString() }));
}

/** The numbers that the command line and the page show. The steps of schedules and replays are not counted as jobs. Pure. */
export function statusFacts(now: Status): [string, string][] {
  const seconds = (value: number | null) => (value === null ? '—' : durationText(value));
  const pending = (...names: QueueName[]) =>
    names.reduce((sum, name) => {
      const { waiting, active, delayed } = now.queues[name];
      return sum + waiting + active + delayed;
    }, 0);
  return [
    ['Events not handled yet', String(pending('leavers', 'hints'))],
    ['Sweeps and rechecks, waiting or planned', String(pending('sweeps', 'rereads'))],
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
