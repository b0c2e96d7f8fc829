import type { Database } from '../database.js';
import { Unavailable } from '../failures.js';
import type { StytchDirectory } from '../stytch.js';
import type { Converged, ConvergeResult } from './converge.js';
import type { ReadMembers } from './read-members.js';
import type { Occasion } from './record-events.js';
import type { Rereads } from './rereads.js';

/** What the parts of a sweep work with. */
export type SweepDependencies = {
  database: Database;
  stytch: StytchDirectory;
  readMembers: ReadMembers;
  rereads: Rereads;
  /** A person has to decide about these. */
  onHeld: (held: { teamId: string; holdId: string; users: number; activeUsers: number }) => void;
  onSeenAgain: (hold: { teamId: string; holdId: string }) => void;
};

/**
 * A member that can't be handled, or needs another one read with it, gets a look of its own, so that it fails alone; the
 * world's fault stops the sweep.
 */
export async function askAgainFor(
  { rereads }: SweepDependencies,
  results: ConvergeResult,
  occasionOf: (memberId: string) => Occasion,
): Promise<void> {
  for (const [memberId, result] of results) {
    if (result instanceof Unavailable) throw result;
    const unfinished = result instanceof Error || 'readFirst' in result;
    if (unfinished) await rereads.alone({ memberId, organizationId: null, occasion: occasionOf(memberId) }, 0);
  }
}

export function isChanged(result: Converged | Error | undefined): boolean {
  return result !== undefined && 'outcome' in result && result.outcome === 'changed';
}

export function changedIn(results: ConvergeResult): number {
  return [...results.values()].filter(isChanged).length;
}
