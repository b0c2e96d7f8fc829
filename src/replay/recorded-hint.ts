import { type Database, withDatabaseErrors } from '../database/database.js';
import type { Hint } from '../directory/hint.js';

/** A hint as sync_events remembers it, for when the queue has forgotten its job; null if it was never recorded. */
export async function recordedHint(database: Database, svixId: string): Promise<Hint | null> {
  const [event] = await recordsOf(database, svixId);
  if (!event?.eventId || !event.eventType || !event.sentAt || !event.receivedAt) return null;
  const memberIds = event.stytchMemberId === null ? [] : [event.stytchMemberId];
  return {
    svixId,
    eventId: event.eventId,
    eventType: event.eventType,
    sentAt: event.sentAt.toISOString(),
    receivedAt: event.receivedAt.toISOString(),
    organizationId: await organizationOf(database, event.teamId),
    memberIds,
    memberGone: memberIds.length === 1 && event.eventType.endsWith('.member.delete'),
  };
}

/** A hint has one row, and one more for each replay: the oldest tell what it was about. */
const rowsMax = 20;

/** The rows of one hint, the oldest first: one of its own, and one a replay. */
export async function recordsOf(database: Database, svixId: string): Promise<SyncEventRow[]> {
  const where = (trigger: string) => ({ where: { svixId, trigger }, orderBy: { id: 'asc' as const }, take: rowsMax });
  // Two questions, because each has its own partial index.
  const [hints, replays] = await withDatabaseErrors(() =>
    Promise.all([database.syncEvent.findMany(where('hint')), database.syncEvent.findMany(where('replay'))]),
  );
  return [...hints, ...replays];
}

type SyncEventRow = Awaited<ReturnType<Database['syncEvent']['findMany']>>[number];

async function organizationOf(database: Database, teamId: string | null): Promise<string | null> {
  if (teamId === null) return null;
  const team = await withDatabaseErrors(() => database.team.findUnique({ where: { id: teamId } }));
  return team?.stytchOrganizationId ?? null;
}
