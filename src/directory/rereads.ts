import type { Change } from './change.js';
import { earlierBy, type Instant, instantOf } from './instant.js';
import type { Occasion, Outcome } from './sync-event.js';

/** A member to read again later. The occasion is the hint's, so that a late finding shows its true lag. */
export type Recheck = { memberId: string; organizationId: string | null; occasion: Occasion };

/**
 * Which read of a member: round 0 is at once, 1 after 5 s, 2 after 30 s.
 * @property since the round that has just ended: the delay counts from it
 */
export type Round = { round: number; since?: number };

/** Teams that are always requested together. While a request of this name waits, it is not repeated. */
export type NamedTeams = { name: string; teamIds: readonly string[] };

/**
 * Requests for another read, later and by any worker. A repeated request is harmless: a team that is waiting is read once,
 * and a read of rows that are right changes nothing.
 */
export type Rereads = {
  members(rechecks: readonly Recheck[], round: Round): Promise<void>;
  /**
   * Members who can't be handled together with others: each gets a job of its own, now. A request that waits is not repeated; a
   * failed one is retried.
   */
  alone(rechecks: readonly Recheck[]): Promise<void>;
  /** The team, debounced: after the burst of requests. */
  team(teamId: string, occasion: Occasion): Promise<void>;
  /**
   * The teams, now.
   * @param options.evenWaiting also start sweeps that have failed and wait for their next attempt: the outage is over
   */
  teams(teams: NamedTeams, occasion: Occasion, options?: { evenWaiting?: boolean }): Promise<void>;
  everyTeam(occasion: Occasion): Promise<void>;
};

/** The result of a read, as far as the decision about the next read needs it. */
export type ReconcileResult = {
  outcome: Outcome;
  changes: readonly Change[];
  /** The database's clock before the read. */
  fence: Instant;
  /** Read by get, not by search. */
  isDirect: boolean;
};

/** The last round begins when no search can lag behind the hint any more, so its result is final. */
export const lastRound = 2;

/**
 * The next read that a hint needs, or null. **A hint that changed nothing is not believed**: something did change, so the read
 * may have been too early. A change that a search shows may belong to an earlier event, so the member is read once more when
 * no search can lag any more. A read that began that long after the hint was received is final.
 * @param searchLagMs how far a search may lag
 */
export function nextRound(
  { occasions, result }: { occasions: readonly Occasion[]; result: ReconcileResult },
  round: number,
  searchLagMs: number,
): Round | null {
  if (round >= lastRound || result.outcome === 'unknown_team') return null;
  if (isUncertain(result.changes)) return { round: round + 1, since: round };
  if (occasions.every((occasion) => isBefore(occasion, earlierBy(result.fence, searchLagMs)))) return null;
  if (result.outcome !== 'changed') return { round: round + 1, since: round };
  const explainsAll = new Set(occasions.map(({ svixId }) => svixId)).size <= 1;
  return result.isDirect && explainsAll ? null : { round: lastRound, since: round };
}

/** True if the event was surely received before this moment: its time must be by the database's clock. */
export function isBefore({ receivedAt, isTimed }: Pick<Occasion, 'receivedAt' | 'isTimed'>, moment: Instant): boolean {
  return isTimed === true && receivedAt !== undefined && instantOf(receivedAt) <= moment;
}

/**
 * True if a user was deactivated because Stytch did not know the member. A part of Stytch may have lagged, so the member is
 * read once more. If the member object or a signed event says that the member is gone, that is not needed.
 */
function isUncertain(changes: readonly Change[]): boolean {
  return changes.some((change) => change.type === 'user_deactivated' && change.because === 'not_found');
}
