import { withDatabaseErrors } from '../../database/database.js';
import type { Hint } from '../../directory/hint.js';
import { earlierBy, type Instant } from '../../directory/instant.js';
import { isBefore, type Recheck, type Rereads } from '../../directory/rereads.js';
import type { Occasion, Outcome, SyncEvent } from '../../directory/sync-event.js';
import { TransientError } from '../../errors/errors.js';
import { recordEvents } from '../apply/record-events.js';
import type { Promised } from './batcher.js';
import { followUp, type Looked } from './follow-up.js';
import { locateMembers } from './locate-members.js';
import { type FairDependencies, reconcileFairly, type Soon, TooManyWaiting } from './reconcile-fairly.js';
import type { Look } from './reconcile-members.js';

/** A hint that names exactly one member: what nearly all of them are. */
export type MemberHint = Hint & { memberIds: [string] };

export type HintDependencies = FairDependencies & {
  rereads: Rereads;
  /** Whoever can't be asked about now, as too many of a team wait for that, is asked about later; else that is an error. */
  canWait?: boolean;
};

/**
 * Handles hints together: their members are read once, with as few calls as possible, and written with a few statements.
 * Every hint ends in sync_events, or in an error that its job retries. The next look that one needs is queued before the
 * hint's job ends; if this process dies in between, the job runs again and asks again.
 * @returns for each hint, in their order
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
  const looks = looksOf(open, places);
  const soon = await reconcileFairly(deps, looks, onRead);
  await followUp(deps, lookedAt(looks, soon), 0);
  await postpone(deps, looks, soon);
  const outcomes = new Map(looks.map((look) => [look.memberId, outcomeSoon(deps, look, soon.get(look.memberId))]));
  return hints.map((hint) => {
    const { memberIds } = hint;
    return answered.get(hint)?.outcome ?? outcomes.get(memberIds[0]) ?? new TransientError(unhandled(memberIds[0]));
  });
}

/** What follows for those whom a crowd of their team keeps from being asked about now: they are, as soon as there is room. */
async function postpone(
  { database, rereads, canWait }: HintDependencies,
  looks: readonly Look[],
  soon: ReadonlyMap<string, Soon>,
): Promise<void> {
  const later = canWait ? looks.filter(({ memberId }) => soon.get(memberId) instanceof TooManyWaiting) : [];
  if (later.length === 0) return;
  await rereads.members(later.map(recheckOf), { round: 0 });
  const events = later.flatMap(({ memberId, occasions }) =>
    occasions.map((occasion) => ({ ...occasion, teamId: null, memberId, outcome: 'reread' as const, changes: [] })),
  );
  await withDatabaseErrors(() => recordEvents(database, events));
}

/** Of one that is only promised, what follows is asked for when it is there. */
function outcomeSoon(deps: HintDependencies, look: Look, soon: Soon | undefined): Promised<Outcome> {
  if (soon === undefined) return new TransientError(unhandled(look.memberId));
  if (soon instanceof TooManyWaiting && deps.canWait) return 'reread';
  if (!(soon instanceof Promise)) return soon instanceof Error ? soon : soon.outcome;
  return soon.then(async (result) => {
    if (result instanceof Error) return result;
    await followUp(deps, [{ recheck: recheckOf(look), occasions: look.occasions, result }], 0);
    return result.outcome;
  });
}

function unhandled(memberId: string): string {
  return `Member ${memberId} was not handled.`;
}

type Places = Awaited<ReturnType<typeof locateMembers>>;

/**
 * A change is there for a read that begins this long after its event was received. The row's date already allows for the lag
 * of searches.
 */
const visibleAfterMs = 5_000;

/**
 * Hints that need no read: about members of organizations that Scanner does not know, and those that waited for so long
 * that another hint had the member read after they came. Leavers and replays are read anyway.
 */
function answersWithoutReading(hints: readonly MemberHint[], places: Places): Map<MemberHint, SyncEvent> {
  const answers = new Map<MemberHint, SyncEvent>();
  for (const hint of hints) {
    const place = places.get(hint.memberIds[0]);
    const event = { ...occasionOf(hint), memberId: hint.memberIds[0], changes: [] };
    if (place === 'unknown_team') answers.set(hint, { ...event, teamId: null, outcome: 'unknown_team' });
    else if (place?.user && isAskedOnly(hint) && wasReadAfter(hint, place.user.readAt)) {
      answers.set(hint, { ...event, teamId: place.user.teamId, outcome: 'superseded' });
    }
  }
  return answers;
}

function wasReadAfter(hint: MemberHint, readAt: Instant | null): boolean {
  return readAt !== null && isBefore(hint, earlierBy(readAt, visibleAfterMs));
}

/** Not a leaver, whose door is closed on the word of a read that knows of it; and nothing that a person wants to have read. */
function isAskedOnly({ memberGone, replayId }: MemberHint): boolean {
  return !memberGone && replayId === undefined;
}

/** One look a member, however many hints name it; the oldest hint first. */
function looksOf(hints: readonly MemberHint[], places: Places): Look[] {
  const byMember = new Map<string, { organizationId: string | null; occasions: Occasion[] }>();
  for (const hint of [...hints].sort((a, b) => (a.sentAt < b.sentAt ? -1 : 1))) {
    const [memberId] = hint.memberIds;
    const place = places.get(memberId);
    if (place === 'unknown_team' || place === undefined) continue; // the first are answered already
    const look = byMember.get(memberId) ?? { organizationId: place.organizationId, occasions: [] };
    look.occasions.push(occasionOf(hint));
    byMember.set(memberId, look);
  }
  return [...byMember].map(([memberId, look]) => ({ memberId, ...look }));
}

function lookedAt(looks: readonly Look[], soon: ReadonlyMap<string, Soon>): Looked[] {
  return looks.flatMap((look) => {
    const result = soon.get(look.memberId);
    if (result === undefined || result instanceof Error || result instanceof Promise) return [];
    return [{ recheck: recheckOf(look), occasions: look.occasions, result }];
  });
}

function recheckOf({ memberId, organizationId, occasions }: Look): Recheck {
  return { memberId, organizationId, occasion: { ...occasions.at(-1), trigger: 'recheck' } };
}

export function occasionOf({ svixId, eventId, eventType, sentAt, receivedAt, isTimed, replayId }: Hint): Occasion {
  const event = { svixId, eventId, eventType, sentAt, receivedAt, ...(isTimed === undefined ? {} : { isTimed }) };
  return replayId === undefined ? { trigger: 'hint', ...event } : { trigger: 'replay', ...event, replayId };
}
