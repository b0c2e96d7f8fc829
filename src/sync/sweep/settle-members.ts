import { lastRound, type Recheck } from '../../directory/rereads.js';
import type { Occasion } from '../../directory/sync-event.js';
import { TransientError } from '../../errors/errors.js';
import type { ConvergeResult, Decided } from '../apply/converge.js';
import { type MemberResults, reconcileMembers } from '../members/reconcile-members.js';
import type { SweepDependencies } from './sweep-dependencies.js';

/** Member id -> the result, for members of a sweep that are settled. */
export type SettledMembers = Map<string, Decided>;

type OccasionOf = (memberId: string) => Occasion;

/**
 * Settles the members for whom a search was not enough. Reads them directly now, up to a limit; the others get a recheck. A
 * member that can't be reconciled with others gets a job of its own, so that it fails alone.
 * @param occasionOf why a member is read
 * @throws TransientError if the error does not come from one member: then the sweep stops
 */
export async function settleMembers(
  deps: SweepDependencies,
  results: ConvergeResult,
  occasionOf: OccasionOf,
): Promise<SettledMembers> {
  const readDirectly = await reconcileDirectly(deps, results, occasionOf);
  const settled: SettledMembers = new Map();
  const failed: string[] = [];
  for (const [memberId, result] of [...results, ...readDirectly]) {
    if (result instanceof TransientError) throw result;
    if (result instanceof Error) failed.push(memberId);
    else if (!('readDirectly' in result)) settled.set(memberId, result);
  }
  for (const [memberId, { changes, userId }] of settled) {
    if (changes.length > 0) deps.onChanges?.(memberId, changes, userId);
  }
  if (!deps.dryRun) await queueRereads(deps, { settled, failed, occasionOf });
  return settled;
}

function reconcileDirectly(
  deps: SweepDependencies,
  results: ConvergeResult,
  occasionOf: OccasionOf,
): Promise<MemberResults> {
  const open = [...results].filter(([, result]) => !(result instanceof Error) && 'readDirectly' in result);
  const requests = open.map(([memberId]) => ({ memberId, organizationId: null, occasions: [occasionOf(memberId)] }));
  return reconcileMembers(deps, requests, { dryRun: deps.dryRun ?? false });
}

type Queued = { settled: SettledMembers; failed: readonly string[]; occasionOf: OccasionOf };

async function queueRereads({ rereads }: SweepDependencies, { settled, failed, occasionOf }: Queued): Promise<void> {
  const recheckOf = (memberId: string): Recheck => {
    return { memberId, organizationId: null, occasion: { ...occasionOf(memberId), trigger: 'recheck' } };
  };
  if (failed.length > 0) await rereads.alone(failed.map(recheckOf));
  const withOutcome = (outcome: string) => [...settled].filter(([, result]) => result.outcome === outcome);
  const later = withOutcome('superseded').map(([memberId]) => recheckOf(memberId));
  if (later.length > 0) await rereads.members(later, { round: lastRound });
  const teams = new Map(withOutcome('reread').map(([memberId, { teamId }]) => [teamId, occasionOf(memberId)]));
  for (const [teamId, occasion] of teams) if (teamId !== null) await rereads.team(teamId, occasion);
}

/** How many of these members changed. */
export function changedIn(settled: SettledMembers): number {
  return [...settled.values()].filter(({ outcome }) => outcome === 'changed').length;
}
