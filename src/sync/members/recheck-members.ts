import type { Recheck, Rereads } from '../../directory/rereads.js';
import { PermanentError, TransientError } from '../../errors/errors.js';
import type { Promised } from './batcher.js';
import { followUp, type Looked } from './follow-up.js';
import { type FairDependencies, reconcileFairly } from './reconcile-fairly.js';
import type { Look, MemberResult } from './reconcile-members.js';

/** Member by member, so that the members of many jobs can share a read. */
export type LookAgain = (look: Look) => Promise<MemberResult>;

/**
 * The second and third look at members whose hints changed nothing. Whoever still shows no change after the last round
 * is settled. A member that can't be read or written is asked for again alone, so that it fails alone.
 * @returns the members who had a change that the first look missed
 * @throws the failure, when it is the world's and all should be tried again
 */
export async function recheckMembers(
  deps: { lookAgain: LookAgain; rereads: Rereads; searchLagMs: number },
  rechecks: readonly Recheck[],
  round: number,
): Promise<Recheck[]> {
  const seen = await Promise.all(
    rechecks.map(async (recheck): Promise<Seen> => {
      const { occasion, ...wanted } = recheck;
      return { recheck, became: await deps.lookAgain({ ...wanted, occasions: [occasion] }).catch(asError) };
    }),
  );
  await failAlone(deps.rereads, seen);
  await followUp(deps, lookedAt(seen), round);
  return seen.filter(({ became }) => outcomeOf(became) === 'changed').map(({ recheck }) => recheck);
}

/** For a batcher: looks at members together, each of them once, however many jobs ask for it. */
export async function lookTogether(
  deps: FairDependencies,
  looks: readonly Look[],
  onRead: () => void,
): Promise<Promised<MemberResult>[]> {
  const byMember = new Map<string, Look>();
  for (const look of looks) {
    const same = byMember.get(look.memberId);
    byMember.set(look.memberId, same ? { ...same, occasions: [...same.occasions, ...look.occasions] } : look);
  }
  const soon = await reconcileFairly(deps, [...byMember.values()], onRead);
  return looks.map(({ memberId }) => soon.get(memberId) ?? new TransientError(`Member ${memberId} was not looked at.`));
}

type Seen = { recheck: Recheck; became: MemberResult | Error };

function lookedAt(seen: readonly Seen[]): Looked[] {
  return seen.flatMap(({ recheck, became }) =>
    became instanceof Error ? [] : [{ recheck, occasions: [recheck.occasion], result: became }],
  );
}

async function failAlone(rereads: Rereads, seen: readonly Seen[]): Promise<void> {
  const failed = seen.filter(({ became }) => became instanceof Error);
  const hopeless = failed.filter(({ became }) => became instanceof PermanentError);
  if (seen.length > 1) {
    for (const { recheck } of hopeless) await rereads.alone(recheck);
  }
  const reason = failed.find((one) => seen.length === 1 || !hopeless.includes(one));
  if (reason) throw reason.became;
}

function outcomeOf(became: MemberResult | Error) {
  return became instanceof Error ? null : became.outcome;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new TransientError('A look at a member failed.');
}
