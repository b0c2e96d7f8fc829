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
};

export type ActivityQuery = {
  /** Part of a name or an e-mail, or an id. */
  person?: string | undefined;
  outcome?: string | undefined;
  /** Where the page before ended. */
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
    const rows = await findEvents(database, { teamId, query, sought, changesPerEvent });
    const events = rows.slice(0, query.limit).map(activityOf);
    return { events, nextCursor: rows.length > query.limit ? (events.at(-1)?.id ?? null) : null };
  });
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

type Row = Omit<Activity, 'id' | 'at' | 'person' | 'sentAt' | 'receivedAt'> & {
  id: bigint;
  at: Date;
  sentAt: Date | null;
  receivedAt: Date | null;
  userId: string | null;
  name: string | null;
  email: string | null;
};

type Search = { teamId: string; query: ActivityQuery; sought: Sought; changesPerEvent: number };

/** A long list of changes is cut in PostgreSQL, so that it never gets here: 50 rows of a thousand changes are 4 MB. */
function findEvents(database: Database, { teamId, query, sought, changesPerEvent }: Search): Promise<Row[]> {
  const { ids, text } = sought;
  const outcome = query.outcome ?? null;
  const before = query.cursor === undefined ? null : BigInt(query.cursor);
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
      AND (${before}::bigint IS NULL OR e.id < ${before})
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
  };
}
