import { type Database, withDatabaseErrors } from '../../database/database.js';
import type { Log } from '../../log/log.js';
import type { Observer } from '../../monitoring/observer.js';
import type { JobHandler } from '../../queue/consume.js';
import { parseSweep } from '../../queue/jobs.js';
import { connectedTeams } from './due-teams.js';
import type { SweepDependencies } from './sweep-dependencies.js';
import { sweepScheduler } from './sweep-scheduler.js';

/** Handles a job of the queue `sweeps`: sweeps one team, or queues a job for each connected team. */
export function sweepHandler(deps: SweepDependencies & { observer: Observer; log: Log }): JobHandler {
  const sweep = sweepScheduler(deps);
  return async (job) => {
    const { name, data } = parseSweep(job);
    if (name === 'sweep-every-team') {
      const teams = await withDatabaseErrors(() => connectedTeams(deps.database));
      await deps.rereads.teams(teams, data.occasion, { evenWaiting: true });
      return { teams: teams.length };
    }
    if (job.deaths > 0) await markSuspect(deps, data.teamId, job.deaths);
    const swept = await sweep(data);
    // Another worker sweeps the team. It may have read some pages before this request, so the team is swept once more.
    if (swept === null) await deps.rereads.team(data.teamId, data.occasion);
    else deps.observer.swept(swept.changed);
    const isNotable = swept !== null && (swept.changed > 0 || swept.held > 0);
    deps.log[isNotable ? 'info' : 'debug']({ teamId: data.teamId, ...(swept ?? { busy: true }) }, 'team swept');
    return swept ?? { busy: true };
  };
}

/** The worker died during the sweep, probably because of it. On-call sees it in the log, support in `status`. */
async function markSuspect(
  { database, log }: { database: Database; log: Log },
  teamId: string,
  count: number,
): Promise<void> {
  log.error(
    { teamId, count },
    'a worker died while it swept this team. The team is now swept alone; check how many roles its people have',
  );
  await withDatabaseErrors(
    () =>
      database.$executeRaw`
      INSERT INTO team_syncs (team_id, suspect_since) VALUES (${teamId}::uuid, clock_timestamp())
      ON CONFLICT (team_id) DO UPDATE SET suspect_since = COALESCE(team_syncs.suspect_since, excluded.suspect_since)`,
  );
}
