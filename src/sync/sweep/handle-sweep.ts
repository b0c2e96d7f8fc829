import { withDatabaseErrors } from '../../database/database.js';
import type { Occasion } from '../../directory/sync-event.js';
import type { Log } from '../../log/log.js';
import type { Observer } from '../../monitoring/observer.js';
import type { JobHandler } from '../../queue/consume.js';
import { parseSweep } from '../../queue/jobs.js';
import { connectedTeams } from './due-teams.js';
import type { SweepDependencies } from './sweep-dependencies.js';
import { type SweepScheduler, sweepScheduler } from './sweep-scheduler.js';
import type { Sweep, SweepRequest } from './sweep-teams.js';

type Dependencies = SweepDependencies & { observer: Observer; log: Log };

/** Handles a job of the queue `sweeps`: sweeps one team or several, or queues jobs for all connected teams. */
export function sweepHandler(deps: Dependencies): JobHandler {
  const { sweep, sweepIfSmall } = sweepScheduler(deps);
  return async (job) => {
    const { name, data } = parseSweep(job);
    if (name === 'sweep-every-team') return queueEveryTeam(deps, data.occasion);
    const teamIds = name === 'sweep-team' ? [data.teamId] : data.teamIds;
    if (job.deaths > 0)
      await markSuspect(deps, name === 'sweep-team' ? teamIds : await inHand(deps, teamIds), job.deaths);
    if (name === 'sweep-team') return report(deps, data, await sweep(data));
    return sweepTogether(deps, sweepIfSmall, data);
  };
}

async function queueEveryTeam({ database, rereads }: Dependencies, occasion: Occasion) {
  const teamIds = await withDatabaseErrors(() => connectedTeams(database));
  await rereads.teams({ name: 'every-team', teamIds }, occasion, { evenWaiting: true });
  return { teams: teamIds.length };
}

/**
 * The teams whose sweep had begun when the worker died: their leases were not given back. The other teams of its jobs, which may
 * be thousands, are not to blame.
 */
async function inHand({ database }: Dependencies, teamIds: readonly string[]): Promise<string[]> {
  const where = { teamId: { in: [...teamIds] }, sweepingUntil: { not: null } };
  const rows = await withDatabaseErrors(() => database.teamSync.findMany({ where, select: { teamId: true } }));
  return rows.map(({ teamId }) => teamId);
}

/** Each gets a job of its own, so that one team's failure, retries and error are its own. */
async function queueAlone({ rereads }: Dependencies, teamIds: readonly string[], occasion: Occasion): Promise<void> {
  for (const teamId of teamIds) await rereads.team(teamId, occasion);
}

type Together = { teamIds: readonly string[]; occasion: Occasion };

/** Sweeps the small teams. The others, and those that fail, are queued alone. */
async function sweepTogether(
  deps: Dependencies,
  sweep: SweepScheduler['sweepIfSmall'],
  { teamIds, occasion }: Together,
): Promise<{ teams: number; queued: number }> {
  const sweepOne = async (teamId: string) => report(deps, { teamId, occasion }, await sweep({ teamId, occasion }));
  const results = await Promise.allSettled(teamIds.map(sweepOne));
  const rest = teamIds.filter((_, i) => results[i]?.status === 'rejected');
  await queueAlone(deps, rest, occasion);
  return { teams: teamIds.length, queued: rest.length };
}

/** @param swept null: another worker sweeps the team. It may have read some pages before, so the team is swept once more */
async function report(
  { rereads, observer, log }: Dependencies,
  { teamId, occasion }: SweepRequest,
  swept: Sweep | null,
) {
  if (swept === null) await rereads.team(teamId, occasion);
  else observer.swept(swept.changed);
  const isNotable = swept !== null && (swept.changed > 0 || swept.held > 0);
  log[isNotable ? 'info' : 'debug']({ teamId, ...(swept ?? { busy: true }) }, 'team swept');
  return swept ?? { busy: true };
}

/** The worker died during the sweep, probably because of one of them. On-call sees it in the log, support in `status`. */
async function markSuspect({ database, log }: Dependencies, teamIds: readonly string[], count: number): Promise<void> {
  for (const teamId of teamIds) {
    log.error(
      { teamId, count },
      'a worker died while it swept this team. The team is now swept alone; check how many roles its people have',
    );
  }
  await withDatabaseErrors(
    () =>
      database.$executeRaw`
      INSERT INTO team_syncs (team_id, suspect_since)
      SELECT t.id, clock_timestamp() FROM teams t WHERE t.id = ANY(${teamIds}::uuid[]) ORDER BY t.id
      ON CONFLICT (team_id) DO UPDATE SET suspect_since = COALESCE(team_syncs.suspect_since, excluded.suspect_since)`,
  );
}
