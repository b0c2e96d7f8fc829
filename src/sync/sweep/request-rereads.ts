import type { Change } from '../../directory/change.js';
import { lastRound, type Recheck, type Rereads } from '../../directory/rereads.js';
import type { Occasion } from '../../directory/sync-event.js';
import { TransientError } from '../../errors/errors.js';
import { isRefusal, type StytchDirectory } from '../../stytch/directory.js';
import type { ConvergeResult } from '../apply/converge.js';
import { type Divide, divider } from '../members/divide.js';
import {
  type MemberResult,
  type MemberResults,
  type ReconcileDependencies,
  reconcileMembers,
} from '../members/reconcile-members.js';

/** What the parts of a sweep work with. */
export type SweepDependencies = ReconcileDependencies & {
  stytch: StytchDirectory;
  /** Into as many searches as Stytch wants: teams that share a listing, and ids. */
  divide: { teams: Divide; ids: Divide };
  rereads: Rereads;
  /** A person has to decide about these. */
  onHeld: (held: { teamId: string; holdId: string; users: number; activeUsers: number }) => void;
  onSeenAgain: (hold: { teamId: string; holdId: string }) => void;
  /** Small teams share the listing: it ends when one of them turns out to be large. */
  isShared?: boolean;
  /** Decide, and write nothing, ask nobody for more, hold nothing: what would a sweep do now? */
  dryRun?: boolean;
  /** Told of what each member's rows lose and gain. */
  onChanges?: (memberId: string, changes: readonly Change[]) => void;
};

/** Ten small teams a page of Stytch's; what Stytch takes in one search is documented nowhere. */
export const teamsPerSearchMax = 100;
/** A page of Stytch's; that it takes as many ids is our own guess. */
export const idsPerSearchMax = 1000;

/** To be made once, as they remember what Stytch takes. */
export function sweepDividers(): SweepDependencies['divide'] {
  return {
    // Whatever fails for many teams may be one team's own trouble.
    teams: divider({ sizeMax: teamsPerSearchMax, isDivisible: () => true }),
    ids: divider({ sizeMax: idsPerSearchMax, isDivisible: isRefusal }),
  };
}

/** What became of the members in a sweep who are settled. */
export type Swept = Map<string, Omit<MemberResult, 'fence' | 'isDirect'>>;

/**
 * Goes on with whom a search was not enough for: asks about them directly, now; those beyond a bound, later. A member that
 * can't be handled with others gets a look of its own, so that it fails alone; the world's fault stops the sweep.
 * @param occasionOf why a member is looked at
 */
export async function requestRereads(
  deps: SweepDependencies,
  results: ConvergeResult,
  occasionOf: (memberId: string) => Occasion,
): Promise<Swept> {
  const looked = await lookDirectly(deps, results, occasionOf);
  const swept: Swept = new Map();
  const alone: string[] = [];
  for (const [memberId, result] of [...results, ...looked]) {
    if (result instanceof TransientError) throw result;
    if (result instanceof Error) alone.push(memberId);
    else if (!('look' in result)) swept.set(memberId, result);
  }
  for (const [memberId, { changes }] of swept) if (changes.length > 0) deps.onChanges?.(memberId, changes);
  if (!deps.dryRun) await askForMore(deps, { swept, alone, occasionOf });
  return swept;
}

function lookDirectly(
  deps: SweepDependencies,
  results: ConvergeResult,
  occasionOf: (memberId: string) => Occasion,
): Promise<MemberResults> {
  const open = [...results].filter(([, result]) => !(result instanceof Error) && 'look' in result);
  const looks = open.map(([memberId]) => ({ memberId, organizationId: null, occasions: [occasionOf(memberId)] }));
  return reconcileMembers(deps, looks, { isUnasked: true, dryRun: deps.dryRun ?? false });
}

type More = { swept: Swept; alone: readonly string[]; occasionOf: (memberId: string) => Occasion };

async function askForMore({ rereads }: SweepDependencies, { swept, alone, occasionOf }: More): Promise<void> {
  const recheckOf = (memberId: string): Recheck => {
    return { memberId, organizationId: null, occasion: { ...occasionOf(memberId), trigger: 'recheck' } };
  };
  for (const memberId of alone) await rereads.alone(recheckOf(memberId));
  const later = [...swept]
    .filter(([, { outcome }]) => outcome === 'superseded')
    .map(([memberId]) => recheckOf(memberId));
  if (later.length > 0) await rereads.members(later, { round: lastRound });
  const elsewhere = [...swept].filter(([, { outcome }]) => outcome === 'reread');
  const teams = new Map(elsewhere.map(([memberId, { teamId }]) => [teamId, occasionOf(memberId)]));
  for (const [teamId, occasion] of teams) if (teamId !== null) await rereads.team(teamId, occasion);
}

export function changedIn(swept: Swept): number {
  return [...swept.values()].filter(({ outcome }) => outcome === 'changed').length;
}
