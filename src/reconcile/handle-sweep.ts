import { readingDatabase } from '../database.js';
import { parseSweep } from '../jobs.js';
import type { Log } from '../log.js';
import type { JobHandler } from '../queue/consume.js';
import type { Observer } from '../watch/observe.js';
import type { SweepDependencies } from './ask-again.js';
import { connectedTeams } from './due-teams.js';
import { sweepLanes } from './sweep-lanes.js';

/** What a worker does with the jobs of the queue `sweeps`: one team, or a job of its own for each connected team. */
export function sweepHandler(deps: SweepDependencies & { observer: Observer; log: Log }): JobHandler {
  const sweep = sweepLanes(deps);
  return async (job) => {
    const { name, data } = parseSweep(job);
    if (name === 'sweep-every-team') {
      const teams = await readingDatabase(() => connectedTeams(deps.database));
      await deps.rereads.teams(teams, data.occasion, { evenWaiting: true });
      return { teams: teams.length };
    }
    const swept = await sweep(data);
    // What asked for this sweep may be younger than the pages that the other one has read already: so once more after it.
    if (swept === null) await deps.rereads.team(data.teamId, data.occasion);
    else deps.observer.swept(swept.changed);
    const isNews = swept !== null && (swept.changed > 0 || swept.held > 0);
    deps.log[isNews ? 'info' : 'debug']({ teamId: data.teamId, ...(swept ?? { busy: true }) }, 'team swept');
    return swept ?? { busy: true };
  };
}
