import { createMemory } from '../../src/process/memory-budget.js';
import { rereadsThrough } from '../../src/queue/jobs.js';
import { connectProducer } from '../../src/queue/produce.js';
import { connectStytch } from '../../src/stytch/directory.js';
import { memberReader } from '../../src/sync/members/read-members.js';
import { type SweepDependencies, sweepDividers } from '../../src/sync/sweep/sweep-dependencies.js';
import { sweepTeam } from '../../src/sync/sweep/sweep-scheduler.js';
import type { Sweep } from '../../src/sync/sweep/sweep-teams.js';
import { type Lab, quickly } from './lab.js';

/** Sweeps by hand in a lab, and what a person would have been told. */
export type Sweeping = {
  deps: SweepDependencies;
  sweep(teamId: string): Promise<Sweep | null>;
  told: { held: unknown[]; seenAgain: unknown[] };
  stop(): Promise<void>;
};

/** @param timing by default a search is never behind, so that a sweep judges also who came a moment ago */
export function sweepingIn({ emulator, database, home }: Lab, timing = { ...quickly, searchLagMs: 0 }): Sweeping {
  const { projectId, secret, url: baseUrl } = emulator;
  const stytch = connectStytch({ projectId, secret, baseUrl });
  const memory = createMemory();
  const queue = connectProducer(home, () => {});
  const told: Sweeping['told'] = { held: [], seenAgain: [] };
  const deps: SweepDependencies = {
    database,
    stytch,
    ...memberReader(stytch, { memory }),
    divide: sweepDividers(),
    memory,
    searchLagMs: timing.searchLagMs,
    rereads: rereadsThrough(queue, timing),
    onHeld: (held) => told.held.push(held),
    onSeenAgain: (hold) => told.seenAgain.push(hold),
  };
  return {
    deps,
    told,
    sweep: (teamId) => sweepTeam(deps, { teamId, occasion: { trigger: 'sweep' } }),
    stop: () => queue.close(),
  };
}
