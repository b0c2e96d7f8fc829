import type { Change } from '../directory/plan.js';
import type { Occasion } from './record-events.js';

/** A member to be read again later: ids, and the hint that asked, so that a late finding shows its true lag. */
export type Recheck = { memberId: string; organizationId: string | null; occasion: Occasion };

/**
 * Ways to ask for another look, later and by whichever worker is free. Asking twice is harmless: a team that is waiting
 * to be read is read once, and reading what is right already changes nothing.
 */
export type Rereads = {
  /** @param round 0 now, 1 after 5 s, 2 after 30 s */
  members(rechecks: readonly Recheck[], round: number): Promise<void>;
  /** One member that can't be handled with others; as long as it waits, or has failed, it is not asked for again. */
  alone(recheck: Recheck, round: number): Promise<void>;
  /** Soon: when the burst that asks for it is over, or nearly so. */
  team(teamId: string, occasion: Occasion): Promise<void>;
  /** Now: their turn has come. */
  teams(teamIds: readonly string[], occasion: Occasion): Promise<void>;
  everyTeam(occasion: Occasion): Promise<void>;
};

/** After the second look a hint that changed nothing is believed: something else had applied it already. */
export const recheckRounds = 2;

/** As late as the last second look. Stytch's index lags by 9 s at most; the rest is for clocks that differ. */
const believedAfterMs = 30_000;

/**
 * A read that began this long after the hint came has seen what it tells of: a backlog needs no second looks. Two clocks,
 * the sender's and the receiver's, must say so, as one of them may be slow.
 */
export function isBelieved({ sentAt, receivedAt }: Pick<Occasion, 'sentAt' | 'receivedAt'>, readAt: number): boolean {
  if (sentAt === undefined || receivedAt === undefined) return false;
  return readAt - Math.max(Date.parse(sentAt), Date.parse(receivedAt)) >= believedAfterMs;
}

/**
 * Somebody left because Stytch did not know them: that may have been a part of Stytch that was behind, so it is read once
 * more. Its own word, in the member object or a signed event, needs no second look.
 */
export function isUnsure(changes: readonly Change[]): boolean {
  return changes.some((change) => change.type === 'user_deactivated' && change.because === 'not_found');
}
