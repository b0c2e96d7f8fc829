import { type Database, withDatabaseErrors } from '../../database/database.js';
import { eventLag } from '../../database/event-lag.js';
import type { Change } from '../../directory/change.js';
import { outcomes } from '../../directory/sync-event.js';

/** One row of the activity log: who was read, why, the outcome, and the lag. */
export type Activity = {
  id: string;
  at: string;
  person: { id: string; name: string; email: string } | null;
  memberId: string | null;
  outcome: string;
  /** The first changes. Changes to rows come before changes of IdP role values: a user with 500 groups has a thousand. */
  changes: Change[];
  changesTotal: number;
  trigger: string;
  eventType: string | null;
  eventId: string | null;
  sentAt: string | null;
  receivedAt: string | null;
  /** From Stytch sending the event to our commit. Null when nothing changed, or no event caused the change. */
  lagSeconds: number | null;
  /** An admin's act in Settings > SCIM. Null for a sync event. */
  act: Act | null;
};

/** A row of audit_log: for example `role.create`, the id of the role, and details (ids and counts). */
export type Act = { action: string; target: string; details: Record<string, unknown> };

export type ActivityQuery = {
  /** Part of a name or an e-mail, or an id. */
  person?: string | undefined;
  outcome?: string | undefined;
  /** Only what happened in the last so many hours. */
  hours?: number | undefined;
  /** The `nextCursor` of the previous page: the ids of its last event and of its last act, `123.45`. Empty before the first. */
  cursor?: string | undefined;
  limit: number;
};

/** Newest first. `nextCursor` is null on the last page. */
export type ActivityPage = { events: Activity[]; nextCursor: string | null };

/** The changes of one event that fit on a page. */
const changesMax = 20;

/** The outcomes that an admin can filter by. An event of an unknown team belongs to no admin. */
export const outcomesShown = outcomes.filter((outcome) => outcome !== 'unknown_team');

/** The filter by person: ids, or the text itself when it matches too many people to list. */
type PersonFilter = { ids: string[] | null; text: string | null };

/** Up to so many matching people are listed by id in the query. For more, PostgreSQL compares the text. */
const listedMax = 200;

/** @param changesPerEvent the limit of changes returned for one event, which has no limit of its own */
export function readActivity(
  database: Database,
  teamId: string,
  query: ActivityQuery,
  changesPerEvent = changesMax,
): Promise<ActivityPage> {
  return withDatabaseErrors(async () => {
    const person = await personFilter(database, teamId, query.person);
    const before = positionOf(query.cursor);
    const search = { teamId, query, person, before };
    const [events, acts] = await Promise.all([
      findEvents(database, { ...search, changesPerEvent }),
      findActs(database, search),
    ]);
    const all = mergeByTime(events.map(activityOf), acts.map(actOf));
    const page = all.slice(0, query.limit);
    return { events: page, nextCursor: all.length > query.limit ? cursorAfter(page, before) : null };
  });
}

/** Merges two lists, newest first. Each keeps its own order, so a cursor holds a position in each of them. */
function mergeByTime(events: Activity[], acts: Activity[]): Activity[] {
  const merged: Activity[] = [];
  let [e, a] = [0, 0];
  for (;;) {
    const [event, act] = [events[e], acts[a]];
    if (event === undefined && act === undefined) return merged;
    if (act === undefined || (event !== undefined && event.at >= act.at)) {
      merged.push(event as Activity);
      e += 1;
    } else {
      merged.push(act);
      a += 1;
    }
  }
}

type Position = { event: bigint | null; act: bigint | null };

function positionOf(cursor: string | undefined): Position {
  const [event = '', act = ''] = (cursor ?? '').split('.');
  return { event: event === '' ? null : BigInt(event), act: act === '' ? null : BigInt(act) };
}

function cursorAfter(page: readonly Activity[], before: Position): string {
  const event = page.findLast(({ act }) => act === null)?.id ?? before.event ?? '';
  const act = page.findLast((one) => one.act !== null)?.id.slice(actPrefix.length) ?? before.act ?? '';
  return `${event}.${act}`;
}

/** By id if possible, because sync_events has an index by user, which is fast for any length of the log. */
async function personFilter(database: Database, teamId: string, text: string | undefined): Promise<PersonFilter> {
  if (text === undefined) return { ids: null, text: null };
  const rows = await database.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM users WHERE team_id = ${teamId}::uuid AND (
      position(lower(${text}) IN lower(email)) > 0 OR position(lower(${text}) IN lower(name)) > 0
      OR id::text = ${text} OR stytch_member_id = ${text}
    ) LIMIT ${listedMax + 1}`;
  return rows.length > listedMax ? { ids: null, text } : { ids: rows.map(({ id }) => id), text: null };
}

type Row = Omit<Activity, 'id' | 'at' | 'person' | 'sentAt' | 'receivedAt' | 'act'> & {
  id: bigint;
  at: Date;
  sentAt: Date | null;
  receivedAt: Date | null;
  userId: string | null;
  name: string | null;
  email: string | null;
};

type Search = { teamId: string; query: ActivityQuery; person: PersonFilter; before: Position };

/** PostgreSQL cuts long lists of changes, because 50 rows with a thousand changes each have 4 MB. */
function findEvents(
  database: Database,
  { teamId, query, person, before, changesPerEvent }: Search & { changesPerEvent: number },
): Promise<Row[]> {
  const { ids, text } = person;
  const { outcome = null, hours = null } = query;
  return database.$queryRaw<Row[]>`
    SELECT e.id, e.applied_at AS at, e.outcome, e.trigger, e.event_type AS "eventType", e.event_id AS "eventId",
      e.stytch_member_id AS "memberId", e.sent_at AS "sentAt", e.received_at AS "receivedAt",
      jsonb_array_length(e.changes) AS "changesTotal",
      CASE WHEN jsonb_array_length(e.changes) <= ${changesPerEvent} THEN e.changes ELSE (
        SELECT jsonb_agg(change ORDER BY place) FROM (
          SELECT change, place FROM jsonb_array_elements(e.changes) WITH ORDINALITY AS each(change, place)
          ORDER BY change->>'type' LIKE 'idp_role_value_%', place LIMIT ${changesPerEvent}) first) END AS changes,
      ${eventLag} AS "lagSeconds",
      u.id::text AS "userId", u.name, u.email
    FROM sync_events e LEFT JOIN users u ON u.id = e.user_id AND u.team_id = e.team_id
    WHERE e.team_id = ${teamId}::uuid
      AND (${outcome}::text IS NULL OR e.outcome = ${outcome})
      AND (${hours}::int IS NULL OR e.applied_at > now() - make_interval(hours => ${hours}::int))
      AND (${before.event}::bigint IS NULL OR e.id < ${before.event})
      AND (${ids}::uuid[] IS NULL OR e.user_id = ANY(${ids}::uuid[]))
      AND (${text}::text IS NULL OR position(lower(${text}) IN lower(u.email)) > 0
        OR position(lower(${text}) IN lower(u.name)) > 0)
    ORDER BY e.id DESC LIMIT ${query.limit + 1}`;
}

function activityOf({ id, at, sentAt, receivedAt, userId, name, email, ...row }: Row): Activity {
  return {
    ...row,
    id: String(id),
    at: at.toISOString(),
    sentAt: sentAt?.toISOString() ?? null,
    receivedAt: receivedAt?.toISOString() ?? null,
    person: userId === null ? null : { id: userId, name: name ?? '', email: email ?? '' },
    act: null,
  };
}

type ActRow = Act & { id: bigint; at: Date; actor: string } & Record<'userId' | 'name' | 'email', string | null>;

/** The acts of the team's admins, and the changes found at Stytch. All acts count as `changed`, so other outcomes have none. */
async function findActs(database: Database, { teamId, query, person, before }: Search): Promise<ActRow[]> {
  const { ids, text } = person;
  const { outcome = 'changed', hours = null } = query;
  if (outcome !== 'changed') return [];
  return database.$queryRaw<ActRow[]>`
    SELECT a.id, a.at, a.actor, a.action, a.target, a.details - 'teamId' AS details, u.id::text AS "userId", u.name, u.email
    FROM audit_log a LEFT JOIN users u ON u.stytch_member_id = a.actor AND u.team_id = ${teamId}::uuid
    WHERE a.details->>'teamId' = ${teamId}
      AND (${hours}::int IS NULL OR a.at > now() - make_interval(hours => ${hours}::int))
      AND (${before.act}::bigint IS NULL OR a.id < ${before.act})
      AND (${ids}::uuid[] IS NULL OR u.id = ANY(${ids}::uuid[]))
      AND (${text}::text IS NULL OR position(lower(${text}) IN lower(u.email)) > 0
        OR position(lower(${text}) IN lower(u.name)) > 0)
    ORDER BY a.id DESC LIMIT ${query.limit + 1}`;
}

const actPrefix = 'act-';

/** A change of the connection that nobody made in Settings: it was found at Stytch. */
export function isFound({ act, memberId }: Pick<Activity, 'act' | 'memberId'>): boolean {
  return act !== null && memberId === 'stytch';
}

function actOf({ id, at, actor, action, target, details, userId, name, email }: ActRow): Activity {
  return {
    id: `${actPrefix}${id}`,
    at: at.toISOString(),
    person: userId === null ? null : { id: userId, name: name ?? '', email: email ?? '' },
    memberId: actor,
    outcome: 'changed',
    changes: [],
    changesTotal: 0,
    trigger: 'admin',
    eventType: null,
    eventId: null,
    sentAt: null,
    receivedAt: null,
    lagSeconds: null,
    act: { action, target, details },
  };
}
