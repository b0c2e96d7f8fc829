import { Hopeless, Unavailable } from '../failures.js';
import type { HintDependencies } from './reconcile-hints.js';
import { type Look, reconcileMembers, type Settled } from './reconcile-members.js';
import type { Outcome } from './record-events.js';
import { isBelieved, type Recheck, type Rereads, recheckRounds } from './rereads.js';

/** Member by member, so that the members of many jobs can share a read. */
export type LookAgain = (look: Look) => Promise<Outcome>;

/**
 * The second and third look at members whose hints changed nothing. Whoever still shows no change after the last round
 * is settled. A member that can't be read or written is asked for again alone, so that it fails alone.
 * @returns the members who had a change that the first look missed
 * @throws the failure, when it is the world's and all should be tried again
 */
export async function recheckMembers(
  { lookAgain, rereads }: { lookAgain: LookAgain; rereads: Rereads },
  rechecks: readonly Recheck[],
  round: number,
): Promise<Recheck[]> {
  const readAt = Date.now();
  const seen = await Promise.all(
    rechecks.map(async (recheck): Promise<Seen> => {
      const { occasion, ...wanted } = recheck;
      return { recheck, outcome: await lookAgain({ ...wanted, occasions: [occasion] }).catch(asError) };
    }),
  );
  await failAlone(rereads, seen, round);
  const doubtful = seen.filter((one) => isDoubtful(one, readAt)).map(({ recheck }) => recheck);
  if (doubtful.length > 0 && round < recheckRounds) await rereads.members(doubtful, round + 1);
  return seen.filter(({ outcome }) => outcome === 'changed').map(({ recheck }) => recheck);
}

/** For a batcher: looks at members together, each of them once, however many jobs ask for it. */
export async function lookTogether(
  deps: Pick<HintDependencies, 'database' | 'readMembers'>,
  looks: readonly Look[],
  onRead: () => void,
): Promise<(Outcome | Error)[]> {
  const byMember = new Map<string, Look>();
  for (const look of looks) {
    const same = byMember.get(look.memberId);
    byMember.set(look.memberId, same ? { ...same, occasions: [...same.occasions, ...look.occasions] } : look);
  }
  const settled = await reconcileMembers(deps, [...byMember.values()], onRead);
  return looks.map(({ memberId }) => outcomeOf(settled, memberId));
}

type Seen = { recheck: Recheck; outcome: Outcome | Error };

async function failAlone(rereads: Rereads, seen: readonly Seen[], round: number): Promise<void> {
  const failed = seen.filter(({ outcome }) => outcome instanceof Error);
  const hopeless = failed.filter(({ outcome }) => outcome instanceof Hopeless);
  if (seen.length > 1) {
    for (const { recheck } of hopeless) await rereads.alone(recheck, round);
  }
  const reason = failed.find((one) => seen.length === 1 || !hopeless.includes(one));
  if (reason) throw reason.outcome;
}

function isDoubtful({ recheck, outcome }: Seen, readAt: number): boolean {
  if (isBelieved(recheck.occasion, readAt)) return false;
  return outcome === 'unchanged' || outcome === 'superseded' || outcome === 'unknown_member';
}

function outcomeOf(settled: Settled, memberId: string): Outcome | Error {
  const result = settled.get(memberId) ?? new Unavailable(`Member ${memberId} was not looked at.`);
  return result instanceof Error ? result : result.outcome;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Unavailable('A look at a member failed.');
}
