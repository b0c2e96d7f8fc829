import type { Database } from '../../database/database.js';
import type { Change } from '../../directory/change.js';
import { outcomes } from '../../directory/sync-event.js';
import { inDatabase } from '../in-database.js';

/** One line of the record: who was looked at, why, what came of it, and how long it took. */
export type Activity = {
  id: string;
  at: string;
  person: { id: string; name: string; email: string } | null;
  memberId: string | null;
  outcome: string;
  /** The first of them, what was done before what the IdP says; whoever comes with 500 groups brings a thousand. */
  changes: Change[];
  changesTotal: number;
  trigger: string;
  eventType: string | null;
  eventId: string | null;
  sentAt: string | null;
  receivedAt: string | null;
  /** From Stytch's sending to our commit; null where no event was the reason. */
  lagSeconds: number | null;
  /** What an admin did in Settings > SCIM; null for everything else. */
  act: Act | null;
};

/** As audit_log has it: `role.create`, the id of the role, and ids and counts about it. */
export type Act = { action: string; target: string; details: Record<string, unknown> };

export type ActivityQuery = {
  /** Part of a name or an e-mail, or an id. */
  person?: string | undefined;
  outcome?: string | undefined;
  /** Where the page before ended: the id of its last event and that of its last act, `123.45`; empty before the first. */
  cursor?: string | undefined;
  limit: number;
};

/** The newest first. `nextCursor`: what to ask for next; null at the end. */
export type ActivityPage = { events: Activity[]; nextCursor: string | null };

/** Changes of one event that a page can show and a person reads. */
const changesMax = 20;

/** What an admin can look for: an event of no team is nobody's. */
export const outcomesShown = outcomes.filter((outcome) => outcome !== 'unknown_team');

/** Who is looked for: these people, or, when the text fits too many to be listed, whoever it fits. */
type Sought = { ids: string[] | null; text: string | null };

/** People whom a search fits: their ids become part of the query. When it fits more, PostgreSQL compares the text instead. */
const listedMax = 200;

/** @param changesPerEvent at most; the changes of one event have no limit of their own */
export function readActivity(
  database: Database,
  teamId: string,
  query: ActivityQuery,
  changesPerEvent = changesMax,
): Promise<ActivityPage> {
  return inDatabase(async () => {
    const sought = await whoIsSought(database, teamId, query.person);
    const before = placeIn(query.cursor);
    const search = { teamId, query, sought, before };
    const [events, acts] = await Promise.all([
      findEvents(database, { ...search, changesPerEvent }),
      findActs(database, search),
    ]);
    const all = byTime(events.map(activityOf), acts.map(actOf));
    const page = all.slice(0, query.limit);
    return { events: page, nextCursor: all.length > query.limit ? cursorAfter(page, before) : null };
  });
}

/** Two lists, each from its newest to its oldest, as one: each keeps its order, so that a cursor can hold a place in both. */
function byTime(events: Activity[], acts: Activity[]): Activity[] {
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

type Place = { event: bigint | null; act: bigint | null };

function placeIn(cursor: string | undefined): Place {
  const [event = '', act = ''] = (cursor ?? '').split('.');
  return { event: event === '' ? null : BigInt(event), act: act === '' ? null : BigInt(act) };
}

function cursorAfter(page: readonly Activity[], before: Place): string {
  const event = page.findLast(({ act }) => act === null)?.id ?? before.event ?? '';
  const act = page.findLast((one) => one.act !== null)?.id.slice(actPrefix.length) ?? before.act ?? '';
  return `${event}.${act}`;
}

/** By id where that is possible, so that the index of sync_events by user does the rest, however long the record is. */
async function whoIsSought(database: Database, teamId: string, text: string | undefined): Promise<Sought> {
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

type Search = { teamId: string; query: ActivityQuery; sought: Sought; before: Place };

/** A long list of changes is cut in PostgreSQL, so that it never gets here: 50 rows of a thousand changes are 4 MB. */
function findEvents(
  database: Database,
  { teamId, query, sought, before, changesPerEvent }: Search & { changesPerEvent: number },
): Promise<Row[]> {
  const { ids, text } = sought;
  const outcome = query.outcome ?? null;
  return database.$queryRaw<Row[]>`
    SELECT e.id, e.applied_at AS at, e.outcome, e.trigger, e.event_type AS "eventType", e.event_id AS "eventId",
      e.stytch_member_id AS "memberId", e.sent_at AS "sentAt", e.received_at AS "receivedAt",
      jsonb_array_length(e.changes) AS "changesTotal",
      CASE WHEN jsonb_array_length(e.changes) <= ${changesPerEvent} THEN e.changes ELSE (
        SELECT jsonb_agg(change ORDER BY place) FROM (
          SELECT change, place FROM jsonb_array_elements(e.changes) WITH ORDINALITY AS each(change, place)
          ORDER BY change->>'type' LIKE 'idp_role_value_%', place LIMIT ${changesPerEvent}) first) END AS changes,
      CASE WHEN e.sent_at IS NOT NULL THEN GREATEST(0, extract(epoch FROM e.applied_at - e.sent_at))::float8 END
        AS "lagSeconds",
      u.id::text AS "userId", u.name, u.email
    FROM sync_events e LEFT JOIN users u ON u.id = e.user_id AND u.team_id = e.team_id
    WHERE e.team_id = ${teamId}::uuid
      AND (${outcome}::text IS NULL OR e.outcome = ${outcome})
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

/** What the team's admins did, and what was noticed at Stytch. An act is a change, so other outcomes have none. */
async function findActs(database: Database, { teamId, query, sought, before }: Search): Promise<ActRow[]> {
  const { ids, text } = sought;
  if (query.outcome !== undefined && query.outcome !== 'changed') return [];
  return database.$queryRaw<ActRow[]>`
    SELECT a.id, a.at, a.actor, a.action, a.target, a.details - 'teamId' AS details, u.id::text AS "userId", u.name, u.email
    FROM audit_log a LEFT JOIN users u ON u.stytch_member_id = a.actor AND u.team_id = ${teamId}::uuid
    WHERE a.details->>'teamId' = ${teamId}
      AND (${before.act}::bigint IS NULL OR a.id < ${before.act})
      AND (${ids}::uuid[] IS NULL OR u.id = ANY(${ids}::uuid[]))
      AND (${text}::text IS NULL OR position(lower(${text}) IN lower(u.email)) > 0
        OR position(lower(${text}) IN lower(u.name)) > 0)
    ORDER BY a.id DESC LIMIT ${query.limit + 1}`;
}

const actPrefix = 'act-';

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
