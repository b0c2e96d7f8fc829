import type { Change } from './change.js';
import { earlierBy, type Instant, instantOf } from './instant.js';
import type { Occasion, Outcome } from './sync-event.js';

/** A member to be read again later: ids, and the hint that asked, so that a late finding shows its true lag. */
export type Recheck = { memberId: string; organizationId: string | null; occasion: Occasion };

/** Which look, after 0 s, 5 s or 30 s; and which one was made just now, so that it is waited for no longer than that. */
export type Round = { round: number; since?: number };

/**
 * Ways to ask for another look, later and by whichever worker is free. Asking twice is harmless: a team that is waiting
 * to be read is read once, and reading what is right already changes nothing.
 */
export type Rereads = {
  members(rechecks: readonly Recheck[], round: Round): Promise<void>;
  /** One member that can't be handled with others: now. While it waits it is not asked for again; if it has failed, it is tried again. */
  alone(recheck: Recheck): Promise<void>;
  /** Soon: when the burst that asks for it is over, or nearly so. */
  team(teamId: string, occasion: Occasion): Promise<void>;
  /**
   * Now: their turn has come.
   * @param options.evenWaiting also those whose sweep has failed, and waits for its next attempt: what it failed for is over
   */
  teams(teamIds: readonly string[], occasion: Occasion, options?: { evenWaiting?: boolean }): Promise<void>;
  everyTeam(occasion: Occasion): Promise<void>;
};

/** What a look at a member has shown: as much as deciding about the next one needs. */
export type LookResult = {
  outcome: Outcome;
  changes: readonly Change[];
  /** The database's clock before Stytch was asked. */
  fence: Instant;
  /** Stytch itself was asked, and not its search. */
  isDirect: boolean;
};

/** The last look begins when no search can be behind any more; what it finds right is right. */
export const lastRound = 2;

/**
 * The look that a hint still needs, or null. **A hint that changed nothing is not believed**: something did change, so the
 * read may have been too early. What a search changed may have been an earlier event's, so it is looked at once more, when
 * the search can't be behind any more. A read that began that long after the hint came has seen what it is about.
 * @param searchLagMs how far a search may be behind
 */
export function nextRound(
  { occasions, result }: { occasions: readonly Occasion[]; result: LookResult },
  round: number,
  searchLagMs: number,
): Round | null {
  if (round >= lastRound || result.outcome === 'unknown_team') return null;
  if (isUnsure(result.changes)) return { round: round + 1, since: round };
  if (occasions.every((occasion) => isBefore(occasion, earlierBy(result.fence, searchLagMs)))) return null;
  if (result.outcome !== 'changed') return { round: round + 1, since: round };
  const explainsAll = new Set(occasions.map(({ svixId }) => svixId)).size <= 1;
  return result.isDirect && explainsAll ? null : { round: lastRound, since: round };
}

/** True if the event was received before this moment. Of one whose time is by another clock than the database's nobody knows. */
export function isBefore({ receivedAt, isTimed }: Pick<Occasion, 'receivedAt' | 'isTimed'>, moment: Instant): boolean {
  return isTimed === true && receivedAt !== undefined && instantOf(receivedAt) <= moment;
}

/**
 * Somebody left because Stytch did not know them: that may have been a part of Stytch that was behind, so it is read once
 * more. Its own word, in the member object or a signed event, needs no second look.
 */
function isUnsure(changes: readonly Change[]): boolean {
  return changes.some((change) => change.type === 'user_deactivated' && change.because === 'not_found');
}
