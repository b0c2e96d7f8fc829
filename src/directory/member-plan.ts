import type { Change } from './change.js';
import type { CurrentUser } from './world.js';

/** What the user's row shall say. Without an id it does not exist yet. */
export type UserRow = Pick<CurrentUser, 'teamId' | 'email' | 'name' | 'externalId' | 'status'> & {
  id: string | null;
  memberId: string;
};

/** The decision about one member. */
export type MemberPlan =
  | { decision: 'write'; row: UserRow; changes: Change[] }
  | {
      decision: 'leave';
      /** `elsewhere`: the member is of another organization than the user's team; a sweep of that team decides. */
      because: 'superseded' | 'unknown_team' | 'unknown_member' | 'elsewhere';
      user: CurrentUser | null;
    }
  /** Ask Stytch directly about these members, and about this one, and decide then. */
  | { decision: 'look'; memberIds: readonly string[]; because: LookBecause; user: CurrentUser | null };

/**
 * Why a reading is not enough: the row is newer than a search can be; a search would give back what was lost a moment ago,
 * or take something away; or it must first be known whose row it is.
 */
export type LookBecause = 'too_young' | 'gives_back' | 'takes' | 'undecided';
