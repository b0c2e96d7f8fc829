import { eventually } from '../helpers/eventually.js';
import type { Bench } from './machine.js';

/** An organization of the local Stytch, and its members. */
export type People = { organizationId: string; memberIds: string[] };

/** People in the directory of whom Scanner does not know yet; there is no team for them. */
export async function peopleIn(bench: Bench, options: { members: number; teams?: number }): Promise<People[]> {
  const organizationIds = await bench.stytch.call<string[]>('organizations', options.teams ?? 1);
  return arrive(bench, organizationIds, options.members);
}

/**
 * Workers that have read every team once, and people who arrived in those teams just after: nothing but hints will tell
 * of them while something is measured.
 */
export async function newcomersToWorkers(
  bench: Bench,
  { members, teams = 1, workers = 1, env = {} }: NewcomerOptions,
): Promise<People[]> {
  const organizationIds = await bench.stytch.call<string[]>('organizations', teams);
  for (const organizationId of organizationIds) await bench.team(organizationId);
  await bench.database.$executeRaw`
    INSERT INTO team_syncs (team_id, sweep_queued_at) SELECT id, now() + interval '1 hour' FROM teams`;
  for (let n = 0; n < workers; n++) await startWorker(bench, teams, env);
  return arrive(bench, organizationIds, members);
}

type NewcomerOptions = { members: number; teams?: number; workers?: number; env?: Record<string, string> };

/** A worker reads every team when it starts. */
async function startWorker(bench: Bench, teams: number, env: Record<string, string>): Promise<void> {
  const before = new Date();
  bench.worker(env);
  await eventually(
    async () => (await bench.database.teamSync.count({ where: { sweptAt: { gt: before } } })) === teams,
    120_000,
  );
}

/** For what needs one team only. */
export function only([people]: readonly People[]): People {
  if (people === undefined) throw new Error('There is no team.');
  return people;
}

function arrive(bench: Bench, organizationIds: readonly string[], members: number): Promise<People[]> {
  return bench.stytch.call<People[]>('provision', { organizationIds, members, roles: ['analyst'] });
}
