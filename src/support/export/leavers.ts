import { type Database, withDatabaseErrors } from '../../database/database.js';
import { chainStart } from './hash-chain.js';

/** One person's leaving, for an auditor. Times are ISO 8601 in UTC; null means unknown, or erased. */
export type Leaver = {
  user_id: string | null;
  stytch_member_id: string | null;
  /** As it was when they left. */
  email: string | null;
  /** hint | recheck | sweep | replay */
  trigger: string;
  event_type: string | null;
  event_id: string | null;
  svix_id: string | null;
  /** says_gone | not_found | signed_event | other_organization */
  evidence: string | null;
  /** Null without an event, and for an event whose own time was impossible. */
  event_sent: string | null;
  received: string | null;
  committed: string;
  seconds_from_event_to_commit: number | null;
  grants_revoked: number;
  keys_revoked: number;
  /** When Stytch had ended the sessions; null while it has not, or when there were none. */
  sessions_revoked: string | null;
  /** When Stytch was last read again after that, and the person was still gone. Null for somebody who returned. */
  confirmed: string | null;
  /** When the person got access again, if they did. */
  returned: string | null;
  /** The number in the team's chain, from 1. */
  line: number;
  /** The hash of salt, member id and e-mail. It stays when those are erased. */
  identity: string;
  salt: string | null;
  /** The hash of this line in the database: of what was known when the person left, and of the line before. */
  entry_hash: string;
};

/** What an export is about. Times are ISO 8601 in UTC. */
export type About = {
  team: string;
  /** The time that was asked for, or the beginning of the record if that is later. */
  since: string;
  /** From then on every leaver has a line. */
  recordBegins: string;
  /** The hash of the line before the first one. */
  previous: string;
};

/** Where an export begins. */
export type Beginning = About & { firstLine: number };

/** @param since as it was asked for */
export async function beginningOf(database: Database, team: string, since: Date): Promise<Beginning> {
  const [row] = await withDatabaseErrors(
    () => database.$queryRaw<
      [{ recordBegins: Date; since: Date; line: number; previous: string | null; last: string | null }]
    >`
      WITH record AS (SELECT COALESCE((SELECT begins_at FROM evidence_begins ORDER BY id DESC LIMIT 1),
          (SELECT min(applied_at) FROM sync_events), clock_timestamp())::timestamptz(3) AS begins_at),
        asked AS (SELECT begins_at, GREATEST(begins_at, ${since.toISOString()}::timestamptz) AS since FROM record)
      SELECT asked.begins_at AS "recordBegins", asked.since, COALESCE(first.line, 2147483647) AS line, first.previous,
        (SELECT hash FROM evidence WHERE team_id = ${team}::uuid ORDER BY line DESC LIMIT 1) AS last
      FROM asked LEFT JOIN LATERAL (
        SELECT line, previous FROM evidence WHERE team_id = ${team}::uuid AND committed >= asked.since ORDER BY line LIMIT 1
      ) first ON true`,
  );
  return {
    team,
    since: row.since.toISOString(),
    recordBegins: row.recordBegins.toISOString(),
    previous: row.previous ?? row.last ?? chainStart,
    firstLine: row.line,
  };
}

/** Leavers in memory at a time. */
const leaversAtOnce = 500;

/** The team's leavers from that line on, in the order of their commits. */
export async function* leaversOf(database: Database, { team, firstLine }: Beginning): AsyncGenerator<Leaver> {
  for (let from = firstLine; ; ) {
    const rows = await leaversFrom(database, team, from);
    for (const row of rows) yield withIsoTimes(row);
    if (rows.length < leaversAtOnce) return;
    from = Number(rows.at(-1)?.line) + 1;
  }
}

/** A leaver as PostgreSQL's driver returns it: times are dates. */
type LeaverRow = { [Column in keyof Leaver]: Leaver[Column] | Date };

/**
 * What happened later is part of a leaving only until the person returned or left again. A read of the member, or of the whole
 * team, that began after the commit confirms the last leaving, if the person is still deactivated.
 */
function leaversFrom(database: Database, teamId: string, from: number): Promise<LeaverRow[]> {
  return withDatabaseErrors(
    () => database.$queryRaw<LeaverRow[]>`
      SELECT e.user_id::text, e.stytch_member_id, e.email, e.trigger, e.event_type, e.event_id, e.svix_id,
        e.because AS evidence, e.event_sent, e.received, e.committed,
        round(extract(epoch FROM e.committed - e.event_sent)::numeric, 3)::float8 AS seconds_from_event_to_commit,
        e.grants_revoked, e.keys_revoked, (SELECT min(f.at) FROM evidence_followups f WHERE f.user_id = e.user_id
          AND f.kind = 'sessions_revoked' AND f.at >= e.committed AND f.at <= until.at) AS sessions_revoked,
        CASE WHEN until.at < 'infinity' OR u.status <> 'deactivated' THEN NULL
          WHEN u.observed_at > e.committed THEN u.observed_at
          WHEN u.observed_at IS NOT NULL AND s.swept_at > e.committed THEN s.swept_at END AS confirmed,
        returned.at AS returned, e.line, e.identity, e.salt, e.hash AS entry_hash
      FROM evidence e LEFT JOIN users u ON u.id = e.user_id LEFT JOIN team_syncs s ON s.team_id = e.team_id
      CROSS JOIN LATERAL (SELECT min(n.committed) AS at FROM evidence n
        WHERE n.user_id = e.user_id AND n.team_id = e.team_id AND n.line > e.line) again
      CROSS JOIN LATERAL (SELECT min(f.at) AS at FROM evidence_followups f WHERE f.user_id = e.user_id
        AND f.kind = 'returned' AND f.at >= e.committed AND f.at <= COALESCE(again.at, 'infinity')) returned
      CROSS JOIN LATERAL (SELECT LEAST(returned.at, again.at, 'infinity') AS at) until
      WHERE e.team_id = ${teamId}::uuid AND e.line >= ${from} ORDER BY e.line LIMIT ${leaversAtOnce}`,
  );
}

function withIsoTimes(row: LeaverRow): Leaver {
  const cells = Object.entries(row).map(([name, cell]) => [name, cell instanceof Date ? cell.toISOString() : cell]);
  return Object.fromEntries(cells) as Leaver;
}
