import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError } from '../../errors/errors.js';
import type { FairLane } from './fair-lane.js';
import type { MemberReads } from './read-members.js';
import {
  holdFor,
  type Look,
  type Looked,
  lookOnce,
  type MemberResult,
  partsOf,
  type ReconcileDependencies,
  reconcileMembers,
} from './reconcile-members.js';

export type FairDependencies = ReconcileDependencies & {
  readQuickly: MemberReads['readQuickly'];
  /** Where members are asked about directly, one by one, the teams in turn. */
  lane: FairLane;
};

/** So many of a team's members wait already to be asked about directly: whoever comes now is better asked about later. */
export class TooManyWaiting extends TransientError {
  override name = 'TooManyWaiting';
}

/** At five at a time and 150 ms each they wait six seconds; and they take a fifteenth of the hints that a worker has in hand. */
const crowd = 200;
/** A batch without a search ends its turn when its members are read, so that the next one gathers; but not for a call that hangs. */
const turnMsMax = 500;

/** What became of a member, or a promise of it. */
export type Soon = MemberResult | Error | Promise<MemberResult | Error>;

/**
 * Reconciles members for a batcher: those whom one search answers for together, and at once; each of the others is asked
 * about directly, in its turn among all teams, and keeps nobody of the batch waiting.
 * @param onRead called when the search is answered: the next batch may read while this one is applied
 */
export async function reconcileFairly(
  deps: FairDependencies,
  looks: readonly Look[],
  onRead?: () => void,
): Promise<Map<string, Soon>> {
  const soon = new Map<string, Soon>();
  for (const part of partsOf(deps, looks)) {
    const results = await searchOnce(deps, part);
    for (const look of part) soon.set(look.memberId, soonOf(deps, look, results.get(look.memberId)));
  }
  const promised = [...soon.values()].filter((one) => one instanceof Promise);
  if (promised.length < soon.size) onRead?.();
  else void Promise.race([Promise.all(promised), sleep(turnMsMax)]).then(onRead);
  return soon;
}

function searchOnce(deps: FairDependencies, looks: readonly Look[]): Promise<Looked> {
  return holdFor(deps, looks, (room) =>
    lookOnce(deps, looks, {
      room,
      read: async (wanted) => {
        const { read, open } = await deps.readQuickly(wanted, room);
        for (const { memberId } of open) read.delete(memberId);
        return read;
      },
    }),
  );
}

type Result = Looked extends Map<string, infer Value> ? Value : never;

function soonOf(deps: FairDependencies, look: Look, result: Result | undefined): Soon {
  if (result !== undefined && (result instanceof Error || !('look' in result))) return result;
  const team = look.organizationId ?? look.memberId;
  if (deps.lane.waiting(team) >= crowd)
    return new TooManyWaiting('Too many of its team wait to be asked about directly.');
  const others = (result?.look ?? []).filter((memberId) => memberId !== look.memberId);
  const asked: Look[] = [
    look,
    ...others.map((memberId): Look => ({ memberId, organizationId: null, occasions: [{ trigger: 'recheck' }] })),
  ];
  return deps.lane.run(team, async () => {
    const settled = await reconcileMembers(
      deps,
      asked.map((one) => ({ ...one, organizationId: null })),
    );
    return settled.get(look.memberId) ?? new TransientError(`Member ${look.memberId} was not looked at.`);
  });
}
