import { type Database, withDatabaseErrors } from '../../database/database.js';

/** One person's leaving, for an auditor. Times are ISO 8601 in UTC; null means unknown. */
export type Leaver = {
  user_id: string | null;
  stytch_member_id: string | null;
  email: string | null;
  /** hint | recheck | sweep | replay */
  trigger: string;
  event_type: string | null;
  event_id: string | null;
  svix_id: string | null;
  /** says_gone | not_found | signed_event | other_organization */
  evidence: string | null;
  event_sent: string | null;
  received: string | null;
  committed: string;
  seconds_from_event_to_commit: number | null;
  grants_revoked: number;
  keys_revoked: number;
  /** When Stytch had ended the sessions; null while it has not, or when there were none. */
  sessions_revoked: string | null;
  /** When Stytch was read again after that, and the person was still gone. */
  confirmed: string | null;
  /** When the person got access again, if they did. */
  returned: string | null;
};

/** Leavers in memory at a time. */
const leaversAtOnce = 500;

/**
 * The team's leavers since then, in the order of their commits. A read of the member, or of the whole team, that began after
 * the commit confirms a leaving, if the person is still deactivated.
 */
export async function* leaversOf(database: Database, teamId: string, since: Date): AsyncGenerator<Leaver> {
  for (let last = 0n; ; ) {
    const rows = await leaversAfter(database, { teamId, since, last });
    for (const { id, ...row } of rows) {
      last = id;
      yield withIsoTimes(row);
    }
    if (rows.length < leaversAtOnce) return;
  }
}

/** A leaver as PostgreSQL's driver returns it: times are dates. */
type LeaverRow = { [Column in keyof Leaver]: Leaver[Column] | Date };

/** PostgreSQL counts what was revoked, because the record of a person with 500 roles is 40 KB. */
function leaversAfter(database: Database, { teamId, since, last }: { teamId: string; since: Date; last: bigint }) {
  return withDatabaseErrors(
    () => database.$queryRaw<(LeaverRow & { id: bigint })[]>`
      SELECT e.id, e.user_id::text, e.stytch_member_id, u.email, e.trigger, e.event_type, e.event_id, e.svix_id,
        jsonb_path_query_first(e.changes, '$[*] ? (@.type == "user_deactivated").because') #>> '{}' AS evidence,
        e.sent_at AS event_sent, e.received_at AS received, e.applied_at AS committed,
        round(extract(epoch FROM e.applied_at - e.sent_at)::numeric, 3)::float8 AS seconds_from_event_to_commit,
        jsonb_array_length(jsonb_path_query_array(e.changes, '$[*] ? (@.type == "role_revoked")')) AS grants_revoked,
        jsonb_array_length(jsonb_path_query_array(e.changes, '$[*] ? (@.type == "api_key_revoked")')) AS keys_revoked,
        (SELECT min(b.applied_at) FROM sync_events b WHERE b.user_id = e.user_id AND b.id > e.id
          AND b.trigger = 'session') AS sessions_revoked,
        CASE WHEN u.status = 'active' THEN NULL WHEN u.observed_at > e.applied_at THEN u.observed_at
          WHEN s.swept_at > e.applied_at THEN s.swept_at END AS confirmed,
        (SELECT min(b.applied_at) FROM sync_events b WHERE b.user_id = e.user_id AND b.id > e.id
          AND b.changes @> '[{"type":"user_reactivated"}]') AS returned
      FROM sync_events e LEFT JOIN users u ON u.id = e.user_id LEFT JOIN team_syncs s ON s.team_id = e.team_id
      WHERE e.team_id = ${teamId}::uuid AND e.id > ${last} AND e.applied_at >= ${since.toISOString()}::timestamptz
        AND e.outcome = 'changed' AND e.changes @> '[{"type":"user_deactivated"}]'
      ORDER BY e.id LIMIT ${leaversAtOnce}`,
  );
}

function withIsoTimes(row: LeaverRow): Leaver {
  const cells = Object.entries(row).map(([name, cell]) => [name, cell instanceof Date ? cell.toISOString() : cell]);
  return Object.fromEntries(cells) as Leaver;
}
