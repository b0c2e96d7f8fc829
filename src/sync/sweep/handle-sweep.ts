import { type Database, withDatabaseErrors } from '../../database/database.js';
import type { Log } from '../../log/log.js';
import type { Observer } from '../../monitoring/observer.js';
import type { JobHandler } from '../../queue/consume.js';
import { parseSweep } from '../../queue/jobs.js';
import { connectedTeams } from './due-teams.js';
import type { SweepDependencies } from './request-rereads.js';
import { sweepScheduler } from './sweep-scheduler.js';

/** What a worker does with the jobs of the queue `sweeps`: one team, or a job of its own for each connected team. */
export function sweepHandler(deps: SweepDependencies & { observer: Observer; log: Log }): JobHandler {
  const sweep = sweepScheduler(deps);
  return async (job) => {
    const { name, data } = parseSweep(job);
    if (name === 'sweep-every-team') {
      const teams = await withDatabaseErrors(() => connectedTeams(deps.database));
      await deps.rereads.teams(teams, data.occasion, { evenWaiting: true });
      return { teams: teams.length };
    }
    if (job.deaths > 0) await suspect(deps, data.teamId, job.deaths);
    const swept = await sweep(data);
    // What asked for this sweep may be younger than the pages that the other one has read already: so once more after it.
    if (swept === null) await deps.rereads.team(data.teamId, data.occasion);
    else deps.observer.swept(swept.changed);
    const isNews = swept !== null && (swept.changed > 0 || swept.held > 0);
    deps.log[isNews ? 'info' : 'debug']({ teamId: data.teamId, ...(swept ?? { busy: true }) }, 'team swept');
    return swept ?? { busy: true };
  };
}

/** Its worker died in the middle of the sweep, more than likely of it: said to whoever is on call, and to support. */
async function suspect(
  { database, log }: { database: Database; log: Log },
  teamId: string,
  count: number,
): Promise<void> {
  log.error(
    { teamId, count },
    'a worker died while it swept this team; the team is read alone. Look at how many roles its people have',
  );
  await withDatabaseErrors(
    () =>
      database.$executeRaw`
      INSERT INTO team_syncs (team_id, suspect_since) VALUES (${teamId}::uuid, clock_timestamp())
      ON CONFLICT (team_id) DO UPDATE SET suspect_since = COALESCE(team_syncs.suspect_since, excluded.suspect_since)`,
  );
}
