import { nextRound, type Recheck, type Rereads } from '../../directory/rereads.js';
import type { Occasion } from '../../directory/sync-event.js';
import type { MemberResult } from './reconcile-members.js';

/** A member that was reconciled, why, and the result. */
export type Reconciled = { recheck: Recheck; occasions: readonly Occasion[]; result: MemberResult };

/**
 * Queues what follows from results: rechecks of members that need one (one job for each round), and a sweep of a team whose
 * user belongs to another organization now. The caller must await it before its job ends: if the process dies before that,
 * the job runs again and queues the same again, which is harmless.
 * @param round of the reads that have just ended
 */
export async function followUp(
  { rereads, searchLagMs }: { rereads: Rereads; searchLagMs: number },
  reconciled: readonly Reconciled[],
  round: number,
): Promise<void> {
  const byRound = new Map<number, Recheck[]>();
  for (const { recheck, occasions, result } of reconciled) {
    const { outcome, teamId } = result;
    if (outcome === 'reread' && teamId !== null) await rereads.team(teamId, { ...recheck.occasion, trigger: 'sweep' });
    const next = nextRound({ occasions, result }, round, searchLagMs);
    if (next === null) continue;
    const rechecks = byRound.get(next.round) ?? [];
    rechecks.push(recheck);
    byRound.set(next.round, rechecks);
  }
  for (const [next, rechecks] of byRound) await rereads.members(rechecks, { round: next, since: round });
}
