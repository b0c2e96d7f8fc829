import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError } from '../../errors/errors.js';
import type { NeedsDirectRead } from '../apply/converge.js';
import type { Promised } from './batcher.js';
import type { FairLane } from './fair-lane.js';
import type { MemberReads } from './read-members.js';
import {
  type AttemptResults,
  directly,
  helping,
  holdFor,
  type MemberResult,
  noResult,
  partsOf,
  type ReconcileDependencies,
  type ReconcileRequest,
  reconcileMembers,
  reconcileOnce,
} from './reconcile-members.js';

export type FairDependencies = ReconcileDependencies & {
  readBySearch: MemberReads['readBySearch'];
  /** Runs direct reads; teams take turns. */
  lane: FairLane;
};

/** Too many members of the team wait for a direct read. This member should be read later. */
export class TooManyWaiting extends TransientError {
  override name = 'TooManyWaiting';
}

/** At five at a time and 150 ms each, 200 members wait six seconds. They are a fifteenth of the hints that a worker holds. */
const waitingMax = 200;
/** A batch without a search lets the next batch start when its members are read, or after this time if a call hangs. */
const turnMsMax = 500;

/**
 * Reconciles the members of a batch. Members that one search answers for are reconciled together, at once. Each other member
 * waits for a direct read in the lane, and the batch does not wait for it.
 * @param onRead called when the search is answered: the next batch may read while this one is written
 * @returns member id -> the result, or a promise of it
 */
export async function reconcileFairly(
  deps: FairDependencies,
  requests: readonly ReconcileRequest[],
  onRead?: () => void,
): Promise<Map<string, Promised<MemberResult>>> {
  const results = new Map<string, Promised<MemberResult>>();
  for (const part of partsOf(deps, requests)) {
    const searched = await searchOnce(deps, part);
    for (const request of part) {
      results.set(request.memberId, resultOrDirectRead(deps, request, searched.get(request.memberId)));
    }
  }
  const promised = [...results.values()].filter((result) => result instanceof Promise);
  if (promised.length < results.size) onRead?.();
  else void Promise.race([Promise.all(promised), sleep(turnMsMax)]).then(onRead);
  return results;
}

function searchOnce(deps: FairDependencies, requests: readonly ReconcileRequest[]): Promise<AttemptResults> {
  return holdFor(deps, requests, (room) =>
    reconcileOnce(deps, requests, {
      room,
      read: async (wanted) => {
        const { read, open } = await deps.readBySearch(wanted, room);
        for (const { memberId } of open) read.delete(memberId);
        return read;
      },
    }),
  );
}

function resultOrDirectRead(
  deps: FairDependencies,
  request: ReconcileRequest,
  result: MemberResult | NeedsDirectRead | Error | undefined,
): Promised<MemberResult> {
  if (result !== undefined && (result instanceof Error || !('readDirectly' in result))) return result;
  const { memberId, organizationId } = request;
  const team = organizationId ?? memberId;
  if (deps.lane.waiting(team) >= waitingMax) {
    return new TooManyWaiting(`Too many members of the team wait for a direct read. Member ${memberId} is read later.`);
  }
  const others = (result?.readDirectly ?? []).filter((id) => id !== memberId);
  return deps.lane.run(team, async () => {
    const settled = await reconcileMembers(deps, [directly(request), ...others.map(helping)]);
    return settled.get(memberId) ?? noResult(memberId);
  });
}
