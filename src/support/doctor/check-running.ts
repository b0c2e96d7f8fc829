import { withDatabaseErrors } from '../../database/database.js';
import { pluralize } from '../../text/pluralize.js';
import type { SupportParts } from '../parts.js';
import { type Check, check, type Finding, ok, problem, seeDatabase, warning } from './check.js';

type Settings = { sweepIntervalSeconds: number; searchesPerMinute: number };

/** Workers, schedules and the budget of searches: whether everything runs that should. */
export function runningCheck({ database }: Pick<SupportParts, 'database'>, settings: Settings): Check {
  const { sweepIntervalSeconds } = settings;
  const ask = () =>
    withDatabaseErrors(
      () => database.$queryRaw<[RunningNumbers]>`
        SELECT
          (SELECT count(*)::int FROM worker_reports WHERE reported_at > now() - interval '1 minute') AS workers,
          (SELECT count(*)::int FROM scim_connected_teams) AS connected,
          (SELECT count(*)::int FROM scim_connected_teams t LEFT JOIN team_syncs s ON s.team_id = t.id
            WHERE s.sweep_queued_at IS NULL
              OR s.sweep_queued_at < now() - make_interval(secs => ${2 * sweepIntervalSeconds + 60})) AS unswept,
          (SELECT COALESCE(sum(greatest(1, ceil(members / 1000.0))), 0)::int FROM (SELECT count(*) AS members
            FROM scim_connected_teams t JOIN users u ON u.team_id = t.id AND u.status = 'active'
            GROUP BY t.id) sizes) AS pages,
          (SELECT COALESCE(max(used), 0)::int FROM stytch_search_budget
            WHERE minute > now() - interval '10 minutes') AS "busiestMinute"`,
    );
  return check('workers', { next: seeDatabase }, ask, ([numbers]) => runningFindings(numbers, settings));
}

export type RunningNumbers = {
  workers: number;
  connected: number;
  unswept: number;
  pages: number;
  busiestMinute: number;
};

/** Pure. */
export function runningFindings(
  { workers, connected, unswept, pages, busiestMinute }: RunningNumbers,
  { sweepIntervalSeconds, searchesPerMinute }: Settings,
): Finding[] {
  const perMinute = Math.ceil((pages * 60) / sweepIntervalSeconds);
  const share = `sweeps need ${perMinute} searches a minute of ${searchesPerMinute}; the busiest of the last ten used ${busiestMinute}`;
  return [
    workers > 0
      ? ok('workers', `${pluralize(workers, 'worker has', 'workers have')} reported in the last minute`)
      : problem('workers', 'none has reported in the last minute', 'Start npm run worker; its log says why it ended.'),
    unswept === 0
      ? ok('schedules', `${pluralize(connected, 'connected team')}, all swept in their turn`)
      : problem(
          'schedules',
          `${unswept.toLocaleString('en')} of ${pluralize(connected, 'connected team')} waited too long for a sweep`,
          'Workers keep the schedules: see the finding on them, and failed jobs of the queue sweeps.',
        ),
    perMinute <= searchesPerMinute * 0.8
      ? ok('rate budget', share)
      : warning('rate budget', share, 'Raise STYTCH_SEARCHES_PER_MINUTE with Stytch, or SWEEP_INTERVAL_SECONDS.'),
  ];
}
