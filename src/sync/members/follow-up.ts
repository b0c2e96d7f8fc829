import { nextRound, type Recheck, type Rereads } from '../../directory/rereads.js';
import type { Occasion } from '../../directory/sync-event.js';
import type { MemberResult } from './reconcile-members.js';

/** A member that was looked at, why, and what became of it. */
export type Looked = { recheck: Recheck; occasions: readonly Occasion[]; result: MemberResult };

/**
 * Asks for what follows from looks that were just made: the next look at each member that needs one, with one job a round;
 * and a sweep of the team whose user has a member of another organization. To be awaited before the job of the looks ends:
 * if its process dies, the job runs again and asks again.
 * @param round of the looks that were made
 */
export async function followUp(
  { rereads, searchLagMs }: { rereads: Rereads; searchLagMs: number },
  looked: readonly Looked[],
  round: number,
): Promise<void> {
  const byRound = new Map<number, Recheck[]>();
  for (const { recheck, occasions, result } of looked) {
    const { outcome, teamId } = result;
    if (outcome === 'reread' && teamId !== null) await rereads.team(teamId, { ...recheck.occasion, trigger: 'sweep' });
    const next = nextRound({ occasions, result }, round, searchLagMs);
    if (next !== null) byRound.set(next.round, [...(byRound.get(next.round) ?? []), recheck]);
  }
  for (const [next, rechecks] of byRound) await rereads.members(rechecks, { round: next, since: round });
}
