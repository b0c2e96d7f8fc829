import { type Database, databaseClock, withDatabaseErrors } from '../../database/database.js';
import { earlier, type Instant, instantOf } from '../../directory/instant.js';
import { goneMember } from '../../directory/member.js';
import type { Outcome } from '../../directory/sync-event.js';
import { TransientError } from '../../errors/errors.js';
import { converge, type Task } from '../apply/converge.js';
import { recordEvents } from '../apply/record-events.js';
import type { Promised } from './batcher.js';
import { type HintDependencies, type MemberHint, occasionOf, reconcileHints } from './reconcile-hints.js';

/**
 * Handles signed evidence that members have left. Stytch is asked first, because an old event may be replayed after the
 * person came back, and a key once revoked stays revoked. But when the read fails, **for whatever reason** (an outage, a
 * refusal, an object that can't be understood), the door is closed anyway: the signed event counts as a reading made when it
 * was sent, so it never undoes anything newer, and a read that follows confirms or corrects it. Members that Scanner doesn't know have nothing to lose; they are read without hurry, so that
 * a thousand of them can't hold up one who has.
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
  const outcomes = known.length > 0 ? await closeDoors(deps, known, onRead) : [];
  const answers = new Map<MemberHint, Promised<Outcome>>(known.map((hint, i) => [hint, outcomes[i] ?? unhandled()]));
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
  const events = hints.map((hint) => ({
    ...occasionOf(hint),
    ...{ teamId: null, memberId: hint.memberIds[0], outcome: 'unknown_member' as const, changes: [] },
  }));
  await withDatabaseErrors(() => recordEvents(database, events));
}

/** Those whose reads have failed together are put out together; each of the others as soon as its own read fails. */
async function closeDoors(
  deps: HintDependencies,
  hints: readonly MemberHint[],
  onRead?: () => void,
): Promise<Promised<Outcome>[]> {
  const outcomes = await reconcileHints(deps, hints, onRead);
  const unread = hints.filter((_, i) => outcomes[i] instanceof Error);
  const closed = await closeUnread(deps, unread);
  return hints.map((hint, i) => {
    const outcome = outcomes[i] ?? unhandled();
    if (!(outcome instanceof Promise)) return closed.get(hint.memberIds[0]) ?? outcome;
    return outcome.catch(asError).then(async (read) => {
      if (!(read instanceof Error)) return read;
      return (await closeUnread(deps, [hint])).get(hint.memberIds[0]) ?? read;
    });
  });
}

async function closeUnread(deps: HintDependencies, unread: readonly MemberHint[]): Promise<Map<string, Outcome>> {
  if (unread.length === 0) return new Map();
  const closed = await failClosed(deps, unread);
  const done = unread.filter((hint) => closed.has(hint.memberIds[0]));
  if (done.length > 0) await deps.rereads.members(done.map(confirmationOf), { round: 1 });
  return closed;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : unhandled();
}

function unhandled(): Error {
  return new TransientError('The hint was not handled.');
}

/** @returns member id -> outcome, only for the members to whom the evidence applied */
async function failClosed(deps: HintDependencies, hints: readonly MemberHint[]): Promise<Map<string, Outcome>> {
  const now = await withDatabaseErrors(() => databaseClock(deps.database));
  // The latest evidence of each member.
  const latest = new Map([...hints].sort(bySentAt).map((hint) => [hint.memberIds[0], hint]));
  const tasks = [...latest].map(([memberId, hint]): Task => {
    const occasions = hints.filter(({ memberIds }) => memberIds[0] === memberId).map(occasionOf);
    const reading = { member: goneMember(memberId, 'signed_event'), date: dateOf(hint, now), isDirect: true };
    return { reading, occasions };
  });
  const converged = await converge(deps, tasks, { stampUnchanged: true, onlyIfApplied: true });
  const closed = new Map<string, Outcome>();
  for (const [memberId, result] of converged) {
    if (result instanceof Error || 'look' in result) continue;
    if (result.outcome === 'changed' || result.outcome === 'unchanged') closed.set(memberId, result.outcome);
  }
  return closed;
}

/**
 * The date of signed evidence. When its time is by another clock than the database's, nobody knows how it compares with the
 * row's date: then the door closes, and the read that follows opens it again for whom it should.
 */
function dateOf({ sentAt, isTimed }: MemberHint, now: Instant): Instant {
  return isTimed ? earlier(instantOf(sentAt), now) : now;
}

function bySentAt(a: MemberHint, b: MemberHint): number {
  return a.sentAt < b.sentAt ? -1 : 1;
}

function confirmationOf(hint: MemberHint) {
  const { memberIds, organizationId } = hint;
  return { memberId: memberIds[0], organizationId, occasion: { ...occasionOf(hint), trigger: 'recheck' as const } };
}
