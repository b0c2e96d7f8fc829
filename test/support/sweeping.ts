import { rereadsThrough } from '../../src/jobs.js';
import { connectProducer } from '../../src/queue/produce.js';
import type { SweepDependencies } from '../../src/reconcile/ask-again.js';
import { memberReader } from '../../src/reconcile/read-members.js';
import { sweepTeam } from '../../src/reconcile/sweep-lanes.js';
import type { Sweep } from '../../src/reconcile/sweep-teams.js';
import { connectStytch } from '../../src/stytch.js';
import type { Lab } from './lab.js';

/** Sweeps by hand in a lab, and what a person would have been told. */
export type Sweeping = {
  deps: SweepDependencies;
  sweep(teamId: string): Promise<Sweep | null>;
  told: { held: unknown[]; seenAgain: unknown[] };
  stop(): Promise<void>;
};

export function sweepingIn({ emulator, database, home }: Lab): Sweeping {
  const { projectId, secret, url: baseUrl } = emulator;
  const stytch = connectStytch({ projectId, secret, baseUrl });
  const queue = connectProducer(home, () => {});
  const told: Sweeping['told'] = { held: [], seenAgain: [] };
  const deps: SweepDependencies = {
    ...{ database, stytch, readMembers: memberReader(stytch) },
    rereads: rereadsThrough(queue, { recheckDelaysMs: [0, 50, 100], sweepDebounceMs: 100 }),
    onHeld: (held) => told.held.push(held),
    onSeenAgain: (hold) => told.seenAgain.push(hold),
  };
  return {
    ...{ deps, told },
    sweep: (teamId) => sweepTeam(deps, { teamId, occasion: { trigger: 'sweep' } }),
    stop: async () => {
      await Promise.all([queue.close(), stytch.close()]);
    },
  };
}
