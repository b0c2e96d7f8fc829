import { Hopeless } from '../failures.js';
import type { HintDependencies } from './reconcile-hints.js';
import { reconcileMembers, type Settled } from './reconcile-members.js';
import type { Outcome } from './record-events.js';
import { type Recheck, recheckRounds } from './rereads.js';

/**
 * The second and third look at members whose hints changed nothing. Whoever still shows no change after the last round
 * is settled. A member that can't be read or written is asked for again alone, so that it fails alone.
 * @returns the members who had a change that the first look missed
 * @throws the failure, when it is the world's and all should be tried again
 */
export async function recheckMembers(
  { database, readMembers, rereads }: HintDependencies,
  rechecks: readonly Recheck[],
  round: number,
): Promise<Recheck[]> {
  const looks = rechecks.map(({ occasion, ...wanted }) => ({ ...wanted, occasions: [occasion] }));
  const settled = await reconcileMembers({ database, readMembers }, looks);
  const failed = rechecks.filter(({ memberId }) => settled.get(memberId) instanceof Error);
  if (failed.length > 0) await failAlone(rereads, failed, rechecks, settled, round);
  const doubtful = rechecks.filter(({ memberId }) => isDoubtful(outcomeOf(settled, memberId)));
  if (doubtful.length > 0 && round < recheckRounds) await rereads.members(doubtful, round + 1);
  return rechecks.filter(({ memberId }) => outcomeOf(settled, memberId) === 'changed');
}

async function failAlone(
  rereads: HintDependencies['rereads'],
  failed: readonly Recheck[],
  all: readonly Recheck[],
  settled: Settled,
  round: number,
): Promise<void> {
  const hopeless = failed.filter(({ memberId }) => settled.get(memberId) instanceof Hopeless);
  if (all.length > 1) {
    for (const recheck of hopeless) await rereads.alone(recheck, round);
  }
  const reason = failed.find((recheck) => all.length === 1 || !hopeless.includes(recheck));
  if (reason) throw settled.get(reason.memberId);
}

function isDoubtful(outcome: Outcome | null): boolean {
  return outcome === 'unchanged' || outcome === 'superseded' || outcome === 'unknown_member';
}

function outcomeOf(settled: Settled, memberId: string): Outcome | null {
  const result = settled.get(memberId);
  return result === undefined || result instanceof Error ? null : result.outcome;
}
