import type { Database } from '../database.js';
import { readingDatabase } from '../database.js';
import { parseReread } from '../jobs.js';
import type { Log } from '../log.js';
import type { JobHandler } from '../queue/consume.js';
import { recheckMembers } from './recheck-members.js';
import type { Occasion } from './record-events.js';
import { type SweepDependencies, sweepTeam } from './sweep-team.js';

/** What a worker does with the re-reads that we asked ourselves for, and with what support asked for. */
export function rereadHandler(deps: SweepDependencies & { log: Log; runReplays: () => Promise<object> }): JobHandler {
  return async (job) => {
    const { name, data } = parseReread(job);
    if (name === 'recheck-members') {
      const changed = await recheckMembers(deps, data.members, data.round);
      if (changed > 0)
        deps.log.info({ members: data.members.length, round: data.round, changed }, 'recheck found changes');
      return { changed };
    }
    if (name === 'sweep-team') {
      const swept = await sweepTeam(deps, data.teamId, data.occasion);
      deps.log.info({ teamId: data.teamId, ...swept }, 'team swept');
      return swept;
    }
    if (name === 'replay-jobs') return deps.runReplays();
    return sweepEveryTeam(deps, data.occasion);
  };
}

/** One job a connected team, so that each is tried, and fails, for itself. */
async function sweepEveryTeam(
  { database, rereads }: SweepDependencies,
  occasion: Occasion,
): Promise<{ teams: number }> {
  const teams = await readingDatabase(() => connectedTeams(database));
  for (const teamId of teams) await rereads.team(teamId, occasion);
  return { teams: teams.length };
}

async function connectedTeams(database: Database): Promise<string[]> {
  const teams = await database.team.findMany({
    where: { ssoScimEnabled: true, stytchOrganizationId: { not: null } },
    select: { id: true },
  });
  return teams.map(({ id }) => id);
}
