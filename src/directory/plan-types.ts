import type { Change } from './change.js';
import type { CurrentUser } from './world.js';

/** The desired state of a user's row. Without an id the row does not exist yet. */
export type UserRow = Pick<CurrentUser, 'teamId' | 'email' | 'name' | 'externalId' | 'status'> & {
  id: string | null;
  memberId: string;
};

/** The decision about one member. */
export type MemberPlan =
  | { decision: 'write'; row: UserRow; changes: Change[] }
  | {
      decision: 'leave';
      /**
       * `elsewhere`: the member belongs to another organization than the user's team. A sweep of that team decides.
       * `unchanged`: a search would revoke something, and too many members of the sweep need a direct read.
       */
      because: 'unchanged' | 'superseded' | 'unknown_team' | 'unknown_member' | 'elsewhere';
      user: CurrentUser | null;
    }
  /** Read these members directly from Stytch, together with this one, and plan again. */
  | { decision: 'read_directly'; memberIds: readonly string[]; because: DirectReadReason; user: CurrentUser | null };

/**
 * Why a reading is not enough.
 * - `row_is_newer`: the row is newer than what a search can show
 * - `restores`: a search would restore access that was lost within the lag of searches
 * - `revokes`: a search alone would revoke something
 * - `identity`: the other members decide which row is this member's
 */
export type DirectReadReason = 'row_is_newer' | 'restores' | 'revokes' | 'identity';
