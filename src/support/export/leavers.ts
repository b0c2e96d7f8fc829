import { type Database, withDatabaseErrors } from '../../database/database.js';

/** What became of one person's leaving: an auditor's line. Times are ISO 8601 in UTC; null means it is not known. */
export type Leaver = {
  user_id: string | null;
  stytch_member_id: string | null;
  email: string | null;
  /** hint | recheck | sweep | replay: what made Scanner look. */
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
  /** When Stytch had ended their sessions; null while it has not, or where there was nothing to end. */
  sessions_revoked: string | null;
  /** When Stytch was read again after that, and the person was still gone. */
  confirmed: string | null;
  /** When they were let in again, if they were. */
  returned: string | null;
};

/** Read, and written out, so many at a time. */
const leaversAtOnce = 500;

/**
 * The team's leavers since then, in the order in which they were committed. A leaving is confirmed by a read of the member,
 * or of the whole team, that began after it was committed, with the person still deactivated.
 */
export async function* leaversOf(database: Database, teamId: string, since: Date): AsyncGenerator<Leaver> {
  for (let last = 0n; ; ) {
    const rows = await leaversAfter(database, { teamId, since, last });
    yield* rows.map(leaverOf);
    if (rows.length < leaversAtOnce) return;
    last = rows.at(-1)?.id ?? last;
  }
}

/** What was taken from them is counted in PostgreSQL: the record of one who held 500 roles is 40 KB. */
function leaversAfter(database: Database, { teamId, since, last }: { teamId: string; since: Date; last: bigint }) {
  return withDatabaseErrors(
    () => database.$queryRaw<LeaverRow[]>`
      SELECT e.id, e.user_id::text AS "userId", e.stytch_member_id AS "memberId", u.email, u.status, e.trigger,
        e.event_type AS "eventType", e.event_id AS "eventId", e.svix_id AS "svixId",
        e.sent_at AS "sentAt", e.received_at AS "receivedAt", e.applied_at AS "appliedAt",
        jsonb_path_query_first(e.changes, '$[*] ? (@.type == "user_deactivated").because') #>> '{}' AS evidence,
        jsonb_array_length(jsonb_path_query_array(e.changes, '$[*] ? (@.type == "role_revoked")')) AS "grantsRevoked",
        jsonb_array_length(jsonb_path_query_array(e.changes, '$[*] ? (@.type == "api_key_revoked")')) AS "keysRevoked",
        CASE WHEN u.observed_at > e.applied_at THEN u.observed_at END AS "readAgainAt",
        CASE WHEN s.swept_at > e.applied_at THEN s.swept_at END AS "sweptAt",
        (SELECT min(b.applied_at) FROM sync_events b WHERE b.user_id = e.user_id AND b.id > e.id
          AND b.changes @> '[{"type":"user_reactivated"}]') AS "returnedAt",
        (SELECT min(b.applied_at) FROM sync_events b WHERE b.user_id = e.user_id AND b.id > e.id
          AND b.trigger = 'session') AS "sessionsRevokedAt"
      FROM sync_events e LEFT JOIN users u ON u.id = e.user_id LEFT JOIN team_syncs s ON s.team_id = e.team_id
      WHERE e.team_id = ${teamId}::uuid AND e.id > ${last} AND e.applied_at >= ${since.toISOString()}::timestamptz
        AND e.outcome = 'changed' AND e.changes @> '[{"type":"user_deactivated"}]'
      ORDER BY e.id LIMIT ${leaversAtOnce}`,
  );
}

type LeaverRow = {
  id: bigint;
  userId: string | null;
  memberId: string | null;
  email: string | null;
  status: string | null;
  trigger: string;
  eventType: string | null;
  eventId: string | null;
  svixId: string | null;
  evidence: string | null;
  grantsRevoked: number;
  keysRevoked: number;
  sentAt: Date | null;
  receivedAt: Date | null;
  appliedAt: Date;
  readAgainAt: Date | null;
  sweptAt: Date | null;
  returnedAt: Date | null;
  sessionsRevokedAt: Date | null;
};

function leaverOf(row: LeaverRow): Leaver {
  const iso = (time: Date | null) => time?.toISOString() ?? null;
  const isStillGone = row.status !== 'active';
  return {
    user_id: row.userId,
    stytch_member_id: row.memberId,
    email: row.email,
    trigger: row.trigger,
    event_type: row.eventType,
    event_id: row.eventId,
    svix_id: row.svixId,
    evidence: row.evidence,
    event_sent: iso(row.sentAt),
    received: iso(row.receivedAt),
    committed: row.appliedAt.toISOString(),
    seconds_from_event_to_commit: row.sentAt === null ? null : (row.appliedAt.getTime() - row.sentAt.getTime()) / 1000,
    grants_revoked: row.grantsRevoked,
    keys_revoked: row.keysRevoked,
    sessions_revoked: iso(row.sessionsRevokedAt),
    confirmed: isStillGone ? iso(row.readAgainAt ?? row.sweptAt) : null,
    returned: iso(row.returnedAt),
  };
}
