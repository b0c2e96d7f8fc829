import { type Database, databaseClock, withDatabaseErrors } from '../../database/database.js';
import { earlier, type Instant, instantOf } from '../../directory/instant.js';
import { goneMember } from '../../directory/member.js';
import type { Recheck } from '../../directory/rereads.js';
import type { Outcome, SyncEvent } from '../../directory/sync-event.js';
import { TransientError } from '../../errors/errors.js';
import { converge, type Task } from '../apply/converge.js';
import { recordEvents } from '../apply/record-events.js';
import type { Promised } from './batcher.js';
import { type HintDependencies, type MemberHint, occasionOf, reconcileHints } from './reconcile-hints.js';
import { noResult } from './reconcile-members.js';

/**
 * Handles signed events that say that a member has left. Reads the member first: the event may be an old one that is replayed
 * after the person came back, and a revoked key stays revoked. If the read fails **for any reason** (an outage, a refusal, an
 * object that can't be understood), the user is deactivated anyway. The signed event then counts as a reading from the time
 * when it was sent, so it never undoes anything newer, and a later read confirms or corrects it. Members without a user have
 * nothing to lose. They are read later, so that a thousand of them don't delay a leaver.
 * @returns the outcome of each hint, in their order
 */
export async function reconcileLeavers(
  deps: HintDependencies,
  hints: readonly MemberHint[],
  onRead?: () => void,
): Promise<Promised<Outcome>[]> {
  const mirrored = await withDatabaseErrors(() => mirroredMembers(deps.database, hints));
  const known = hints.filter((hint) => mirrored.has(hint.memberIds[0]));
  const strangers = hints.filter((hint) => !mirrored.has(hint.memberIds[0]));
  if (strangers.length > 0) await readLater(deps, strangers);
  const outcomes = known.length > 0 ? await deactivateKnown(deps, known, onRead) : [];
  const answers = new Map<MemberHint, Promised<Outcome>>(
    known.map((hint, i) => [hint, outcomes[i] ?? noResult(hint.memberIds[0])]),
  );
  return hints.map((hint) => answers.get(hint) ?? 'unknown_member');
}

async function mirroredMembers(database: Database, hints: readonly MemberHint[]): Promise<Set<string | null>> {
  const memberIds = hints.map((hint) => hint.memberIds[0]);
  const users = await database.user.findMany({
    where: { stytchMemberId: { in: memberIds } },
    select: { stytchMemberId: true },
  });
  return new Set(users.map(({ stytchMemberId }) => stytchMemberId));
}

async function readLater({ database, rereads }: HintDependencies, hints: readonly MemberHint[]): Promise<void> {
  await rereads.members(hints.map(confirmationOf), { round: 0 });
  const events = hints.map((hint): SyncEvent => {
    return { ...occasionOf(hint), teamId: null, memberId: hint.memberIds[0], outcome: 'unknown_member', changes: [] };
  });
  await withDatabaseErrors(() => recordEvents(database, events));
}

/** Members whose reads have failed already are deactivated together; each other member as soon as its own read fails. */
async function deactivateKnown(
  deps: HintDependencies,
  hints: readonly MemberHint[],
  onRead?: () => void,
): Promise<Promised<Outcome>[]> {
  const outcomes = await reconcileHints(deps, hints, onRead);
  const unread = hints.filter((_, i) => outcomes[i] instanceof Error);
  const deactivated = await deactivateUnread(deps, unread);
  return hints.map((hint, i) => {
    const [memberId] = hint.memberIds;
    const outcome = outcomes[i] ?? noResult(memberId);
    if (!(outcome instanceof Promise)) return deactivated.get(memberId) ?? outcome;
    return outcome.catch(asError).then(async (read) => {
      if (!(read instanceof Error)) return read;
      return (await deactivateUnread(deps, [hint])).get(memberId) ?? read;
    });
  });
}

async function deactivateUnread(deps: HintDependencies, unread: readonly MemberHint[]): Promise<Map<string, Outcome>> {
  if (unread.length === 0) return new Map();
  const deactivated = await failClosed(deps, unread);
  const done = unread.filter((hint) => deactivated.has(hint.memberIds[0]));
  if (done.length > 0) await deps.rereads.members(done.map(confirmationOf), { round: 1 });
  return deactivated;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new TransientError('A leaver could not be read. It will be tried again.');
}

/** @returns member id -> outcome, only for the members to whom the event was applied */
async function failClosed(deps: HintDependencies, hints: readonly MemberHint[]): Promise<Map<string, Outcome>> {
  const now = await withDatabaseErrors(() => databaseClock(deps.database));
  const latest = new Map([...hints].sort(bySentAt).map((hint) => [hint.memberIds[0], hint]));
  const tasks = [...latest].map(([memberId, hint]): Task => {
    const occasions = hints.filter(({ memberIds }) => memberIds[0] === memberId).map(occasionOf);
    const reading = { member: goneMember(memberId, 'signed_event'), date: dateOf(hint, now), isDirect: true };
    return { reading, occasions };
  });
  const converged = await converge(deps, tasks, { stampUnchanged: true, onlyIfApplied: true });
  const deactivated = new Map<string, Outcome>();
  for (const [memberId, result] of converged) {
    if (result instanceof Error || 'readDirectly' in result) continue;
    if (result.outcome === 'changed' || result.outcome === 'unchanged') deactivated.set(memberId, result.outcome);
  }
  return deactivated;
}

/**
 * The date of a signed event. If its time is by another clock than the database's, it can't be compared with the date of the
 * row. Then the user is deactivated now, and the read that follows reactivates a user who is active in the directory.
 */
function dateOf({ sentAt, isTimed }: MemberHint, now: Instant): Instant {
  return isTimed ? earlier(instantOf(sentAt), now) : now;
}

function bySentAt(a: MemberHint, b: MemberHint): number {
  return a.sentAt < b.sentAt ? -1 : 1;
}

function confirmationOf(hint: MemberHint): Recheck {
  const { memberIds, organizationId } = hint;
  return { memberId: memberIds[0], organizationId, occasion: { ...occasionOf(hint), trigger: 'recheck' } };
}
