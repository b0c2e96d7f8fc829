import { rereadsThrough } from '../../src/jobs.js';
import { createMemory } from '../../src/memory.js';
import { connectProducer } from '../../src/queue/produce.js';
import { type SweepDependencies, sweepDividers } from '../../src/reconcile/ask-again.js';
import { memberReader } from '../../src/reconcile/read-members.js';
import { sweepTeam } from '../../src/reconcile/sweep-lanes.js';
import type { Sweep } from '../../src/reconcile/sweep-teams.js';
import { connectStytch } from '../../src/stytch.js';
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
    ...{ database, stytch, ...memberReader(stytch, { memory }), divide: sweepDividers(), memory },
    searchLagMs: timing.searchLagMs,
    rereads: rereadsThrough(queue, timing),
    onHeld: (held) => told.held.push(held),
    onSeenAgain: (hold) => told.seenAgain.push(hold),
  };
  return {
    ...{ deps, told },
    sweep: (teamId) => sweepTeam(deps, { teamId, occasion: { trigger: 'sweep' } }),
    stop: () => queue.close(),
  };
}
