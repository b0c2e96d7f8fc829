import { type Database, withDatabaseErrors } from '../database/database.js';
import type { Hint } from '../directory/hint.js';
import { RequestProblem } from '../errors/request-problem.js';
import type { StoredJob } from '../queue/inspect.js';
import { hintJob } from '../queue/jobs.js';
import { describeJobs, type FoundJob } from './failed-jobs.js';
import { parseJobId } from './job-id.js';
import type { ReplayParts } from './parts.js';

type Parts = Pick<ReplayParts, 'queues' | 'database'>;

/**
 * A job by its id, with its team.
 * @throws RequestProblem when there is no such job
 */
export async function findJob(parts: Parts, id: string): Promise<FoundJob> {
  const job = await findStoredJob(parts, id);
  const [found] = job === null ? [] : await describeJobs(parts.database, [job]);
  if (found === undefined) {
    throw new RequestProblem('not_found', `Neither the queue nor sync_events has a job ${id}. See \`failed\`.`);
  }
  return found;
}

/** A job from the queue, or from sync_events when the queue has forgotten it (after an hour). */
export async function findStoredJob({ queues, database }: Parts, id: string): Promise<StoredJob | null> {
  const place = parseJobId(id);
  return (await queues.find(place.id, place.queues)) ?? (await forgottenJob(database, id));
}

async function forgottenJob(database: Database, id: string): Promise<StoredJob | null> {
  const hint = await recordedHint(database, id);
  if (hint === null) return null;
  return {
    queue: hintJob(hint).queue,
    id,
    name: 'hint',
    data: hint,
    state: 'forgotten',
    attempts: 0,
    attemptsMax: 0,
    addedAt: new Date(0),
    lastTriedAt: null,
    finishedAt: new Date(hint.receivedAt),
    answer: null,
    error: null,
    errors: [],
    errorTimes: [],
  };
}

/** A hint as sync_events recorded it; null if it was never recorded. */
export async function recordedHint(database: Database, svixId: string): Promise<Hint | null> {
  const [event] = await recordsOf(database, svixId);
  if (!event?.eventId || !event.eventType || !event.sentAt || !event.receivedAt) return null;
  const { eventId, eventType, sentAt, receivedAt, stytchMemberId } = event;
  return {
    svixId,
    eventId,
    eventType,
    sentAt: sentAt.toISOString(),
    receivedAt: receivedAt.toISOString(),
    organizationId: await organizationOf(database, event.teamId),
    memberIds: stytchMemberId === null ? [] : [stytchMemberId],
    memberGone: stytchMemberId !== null && eventType.endsWith('.member.delete'),
  };
}

/** A hint has one row, and one more for each replay. The first one shows what the hint was about. */
const rowsMax = 20;

/** The rows of one hint, the oldest first. */
export async function recordsOf(database: Database, svixId: string) {
  const where = (trigger: string) => ({ where: { svixId, trigger }, orderBy: { id: 'asc' as const }, take: rowsMax });
  // Two queries, because each has its own partial index.
  const [hints, replays] = await withDatabaseErrors(() =>
    Promise.all([database.syncEvent.findMany(where('hint')), database.syncEvent.findMany(where('replay'))]),
  );
  return [...hints, ...replays];
}

async function organizationOf(database: Database, teamId: string | null): Promise<string | null> {
  if (teamId === null) return null;
  const team = await withDatabaseErrors(() => database.team.findUnique({ where: { id: teamId } }));
  return team?.stytchOrganizationId ?? null;
}
