import type { Recheck, Rereads } from '../../directory/rereads.js';
import { PermanentError, TransientError } from '../../errors/errors.js';
import type { Promised } from './batcher.js';
import { followUp, type Reconciled } from './follow-up.js';
import { type FairDependencies, reconcileFairly, TooManyWaiting } from './reconcile-fairly.js';
import { type MemberResult, noResult, type ReconcileRequest } from './reconcile-members.js';

/** Round 0 is at once. */
const firstDelayed = 1;

/** Reconciles one member. A batcher behind it lets the members of many jobs share a read. */
export type ReconcileMember = (request: ReconcileRequest) => Promise<MemberResult>;

/**
 * Reads members again whose hints changed nothing. After the last round a member without a change is settled. A member that
 * can't be read or written gets a job of its own, so that it fails alone. If too many members of a team wait for a direct read,
 * the others get another job: a retry of this one would read the same ones first.
 * @returns the members that changed: the first read was too early
 * @throws the error, if it does not come from one member and all should be tried again
 */
export async function recheckMembers(
  deps: { reconcile: ReconcileMember; rereads: Rereads; searchLagMs: number },
  rechecks: readonly Recheck[],
  round: number,
): Promise<Recheck[]> {
  const attempts = await Promise.all(
    rechecks.map(async (recheck): Promise<Attempt> => {
      const { occasion, ...wanted } = recheck;
      return { recheck, result: await deps.reconcile({ ...wanted, occasions: [occasion] }).catch(asError) };
    }),
  );
  const crowded = attempts.filter(({ result }) => result instanceof TooManyWaiting).map(({ recheck }) => recheck);
  if (crowded.length > 0) await deps.rereads.members(crowded, { round: Math.max(round, firstDelayed), since: 0 });
  await failAlone(
    deps.rereads,
    attempts.filter(({ result }) => !(result instanceof TooManyWaiting)),
  );
  const reconciled = attempts.flatMap(({ recheck, result }): Reconciled[] =>
    result instanceof Error ? [] : [{ recheck, occasions: [recheck.occasion], result }],
  );
  await followUp(deps, reconciled, round);
  return reconciled.filter(({ result }) => result.outcome === 'changed').map(({ recheck }) => recheck);
}

/** For a batcher: reconciles members together, and each member once, even if several jobs ask for it. */
export async function recheckBatch(
  deps: FairDependencies,
  requests: readonly ReconcileRequest[],
  onRead: () => void,
): Promise<Promised<MemberResult>[]> {
  const byMember = new Map<string, ReconcileRequest>();
  for (const request of requests) {
    const same = byMember.get(request.memberId);
    const merged = same ? { ...same, occasions: [...same.occasions, ...request.occasions] } : request;
    byMember.set(request.memberId, merged);
  }
  const results = await reconcileFairly(deps, [...byMember.values()], onRead);
  return requests.map(({ memberId }) => results.get(memberId) ?? noResult(memberId));
}

type Attempt = { recheck: Recheck; result: MemberResult | Error };

async function failAlone(rereads: Rereads, attempts: readonly Attempt[]): Promise<void> {
  const failed = attempts.filter(({ result }) => result instanceof Error);
  const permanent = failed.filter(({ result }) => result instanceof PermanentError);
  if (attempts.length > 1 && permanent.length > 0) await rereads.alone(permanent.map(({ recheck }) => recheck));
  const failure = failed.find((one) => attempts.length === 1 || !permanent.includes(one));
  if (failure) throw failure.result;
}

function asError(error: unknown): Error {
  return error instanceof Error
    ? error
    : new TransientError('A member could not be read again. It will be tried again.');
}
