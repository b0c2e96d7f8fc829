import { withDatabaseErrors } from '../../database/database.js';
import type { Hint } from '../../directory/hint.js';
import { earlierBy, type Instant } from '../../directory/instant.js';
import { isBefore, type Recheck, type Rereads } from '../../directory/rereads.js';
import type { Occasion, Outcome, SyncEvent } from '../../directory/sync-event.js';
import { recordEvents } from '../apply/record-events.js';
import type { Promised } from './batcher.js';
import { followUp, type Reconciled } from './follow-up.js';
import { locateMembers } from './locate-members.js';
import { type FairDependencies, reconcileFairly, TooManyWaiting } from './reconcile-fairly.js';
import { type MemberResult, noResult, type ReconcileRequest } from './reconcile-members.js';

/** A hint that names exactly one member, as nearly all hints do. */
export type MemberHint = Hint & { memberIds: [string] };

export type HintDependencies = FairDependencies & {
  rereads: Rereads;
  /** True: if too many members of a team wait for a direct read, the member is read later. False: that is an error. */
  canWait?: boolean;
};

/**
 * Reconciles the members of many hints with one read and a few statements. Each hint ends in sync_events, or in an error that
 * its job retries. A recheck is queued before the hint's job ends: if the process dies before that, the job runs again and
 * queues it again.
 * @returns the outcome of each hint, in their order
 */
export async function reconcileHints(
  deps: HintDependencies,
  hints: readonly MemberHint[],
  onRead?: () => void,
): Promise<Promised<Outcome>[]> {
  const { database } = deps;
  const places = await withDatabaseErrors(() => locateMembers(database, hints));
  const answered = answersWithoutReading(hints, places);
  await withDatabaseErrors(() => recordEvents(database, [...answered.values()]));
  const open = hints.filter((hint) => !answered.has(hint));
  const requests = requestsOf(open, places);
  const results = await reconcileFairly(deps, requests, onRead);
  await followUp(deps, reconciledNow(requests, results), 0);
  await readCrowdedLater(deps, requests, results);
  const outcomes = new Map(
    requests.map((request) => [request.memberId, outcomeOf(deps, request, results.get(request.memberId))]),
  );
  return hints.map((hint) => {
    const [memberId] = hint.memberIds;
    return answered.get(hint)?.outcome ?? outcomes.get(memberId) ?? noResult(memberId);
  });
}

type Results = ReadonlyMap<string, Promised<MemberResult>>;

/** Queues a reread of the members for whom too many others of their team wait, and records their hints. */
async function readCrowdedLater(
  { database, rereads, canWait }: HintDependencies,
  requests: readonly ReconcileRequest[],
  results: Results,
): Promise<void> {
  const later = canWait ? requests.filter(({ memberId }) => results.get(memberId) instanceof TooManyWaiting) : [];
  if (later.length === 0) return;
  await rereads.members(later.map(recheckOf), { round: 0 });
  const events = later.flatMap(({ memberId, occasions }) =>
    occasions.map((occasion): SyncEvent => ({ ...occasion, teamId: null, memberId, outcome: 'reread', changes: [] })),
  );
  await withDatabaseErrors(() => recordEvents(database, events));
}

/** For a result that is still a promise, the follow-up is queued when the result is there. */
function outcomeOf(
  deps: HintDependencies,
  request: ReconcileRequest,
  result: Promised<MemberResult> | undefined,
): Promised<Outcome> {
  if (result === undefined) return noResult(request.memberId);
  if (result instanceof TooManyWaiting && deps.canWait) return 'reread';
  if (!(result instanceof Promise)) return result instanceof Error ? result : result.outcome;
  return result.then(async (settled) => {
    if (settled instanceof Error) return settled;
    await followUp(deps, [reconciledOf(request, settled)], 0);
    return settled.outcome;
  });
}

type Places = Awaited<ReturnType<typeof locateMembers>>;

/**
 * A read that begins this long after an event was received shows its change. The lag of searches is already in the date of the
 * row.
 */
const visibleAfterMs = 5_000;

/**
 * The events of hints that need no read: the organization is unknown, or the member was read after the hint came, because of
 * another hint. Leavers and replays are always read.
 */
function answersWithoutReading(hints: readonly MemberHint[], places: Places): Map<MemberHint, SyncEvent> {
  const answers = new Map<MemberHint, SyncEvent>();
  for (const hint of hints) {
    const [memberId] = hint.memberIds;
    const place = places.get(memberId);
    const event = { ...occasionOf(hint), memberId, changes: [] };
    if (place === 'unknown_team') answers.set(hint, { ...event, teamId: null, outcome: 'unknown_team' });
    else if (place?.user && maySkipRead(hint) && wasReadAfter(hint, place.user.readAt)) {
      answers.set(hint, { ...event, teamId: place.user.teamId, outcome: 'superseded' });
    }
  }
  return answers;
}

function wasReadAfter(hint: MemberHint, readAt: Instant | null): boolean {
  return readAt !== null && isBefore(hint, earlierBy(readAt, visibleAfterMs));
}

/** A leaver must be deactivated by a read that knows of the event. A replay was requested by a person. */
function maySkipRead({ memberGone, replayId }: MemberHint): boolean {
  return !memberGone && replayId === undefined;
}

/** One request for each member, with the hints that name it; the oldest hint first. */
function requestsOf(hints: readonly MemberHint[], places: Places): ReconcileRequest[] {
  const byMember = new Map<string, { organizationId: string | null; occasions: Occasion[] }>();
  for (const hint of [...hints].sort((a, b) => (a.sentAt < b.sentAt ? -1 : 1))) {
    const [memberId] = hint.memberIds;
    const place = places.get(memberId);
    if (place === 'unknown_team' || place === undefined) continue; // answered without reading
    const request = byMember.get(memberId) ?? { organizationId: place.organizationId, occasions: [] };
    request.occasions.push(occasionOf(hint));
    byMember.set(memberId, request);
  }
  return [...byMember].map(([memberId, request]) => ({ memberId, ...request }));
}

function reconciledNow(requests: readonly ReconcileRequest[], results: Results): Reconciled[] {
  return requests.flatMap((request) => {
    const result = results.get(request.memberId);
    if (result === undefined || result instanceof Error || result instanceof Promise) return [];
    return [reconciledOf(request, result)];
  });
}

function reconciledOf(request: ReconcileRequest, result: MemberResult): Reconciled {
  return { recheck: recheckOf(request), occasions: request.occasions, result };
}

function recheckOf({ memberId, organizationId, occasions }: ReconcileRequest): Recheck {
  return { memberId, organizationId, occasion: { ...occasions.at(-1), trigger: 'recheck' } };
}

/** The hint, as the reason for a read. */
export function occasionOf({ svixId, eventId, eventType, sentAt, receivedAt, isTimed, replayId }: Hint): Occasion {
  const event = { svixId, eventId, eventType, sentAt, receivedAt, ...(isTimed === undefined ? {} : { isTimed }) };
  return replayId === undefined ? { trigger: 'hint', ...event } : { trigger: 'replay', ...event, replayId };
}
