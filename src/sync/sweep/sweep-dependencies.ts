import type { Change } from '../../directory/change.js';
import type { Rereads } from '../../directory/rereads.js';
import type { StytchDirectory } from '../../stytch/directory.js';
import { isRefusal } from '../../stytch/translate-errors.js';
import { type Divide, divider } from '../members/divide.js';
import type { ReconcileDependencies } from '../members/reconcile-members.js';

/** What all parts of a sweep need. */
export type SweepDependencies = ReconcileDependencies & {
  stytch: StytchDirectory;
  /** Splits requests to Stytch: teams that share a listing, and ids. */
  divide: { teams: Divide; ids: Divide };
  rereads: Rereads;
  /** Called for a new hold, which a person has to decide about. */
  onHeld: (held: { teamId: string; holdId: string; users: number; activeUsers: number }) => void;
  onSeenAgain: (hold: { teamId: string; holdId: string }) => void;
  /** Small teams share the listing. It ends if one of them turns out to be large. */
  isShared?: boolean;
  /** Decide, but write, queue and hold nothing. */
  dryRun?: boolean;
  /** Called with the changes of each member that has any. `userId`: their row, if they have one or are linked to one. */
  onChanges?: (memberId: string, changes: readonly Change[], userId: string | null) => void;
  /** Called in a dry run with the users that a sweep would hold. */
  onWouldHold?: (userIds: readonly string[]) => void;
};

/** Ten small teams fill a page. Stytch documents no limit for the organizations of one search. */
export const teamsPerSearchMax = 100;
/** The size of a Stytch page. That a search accepts so many ids is our guess. */
export const idsPerSearchMax = 1000;

/** Create them once: they remember what Stytch accepts. */
export function sweepDividers(): SweepDependencies['divide'] {
  return {
    // Any failure of many teams may be caused by one of them.
    teams: divider({ sizeMax: teamsPerSearchMax, isDivisible: () => true }),
    ids: divider({ sizeMax: idsPerSearchMax, isDivisible: isRefusal }),
  };
}
