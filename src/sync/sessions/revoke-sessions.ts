import { type Database, sql, withDatabaseErrors } from '../../database/database.js';
import type { SyncEvent } from '../../directory/sync-event.js';
import { describeFailure } from '../../errors/errors.js';
import { limitConcurrency } from '../../process/concurrency-limit.js';
import type { StytchSessions } from '../../stytch/sessions.js';
import { recordEvents } from '../apply/record-events.js';

export type RevocationDependencies = {
  database: Database;
  sessions: StytchSessions;
  /** Called if Stytch did not end the sessions. They are tried again. */
  onSessionsKept: (failure: { memberIds: string[]; attempt: number; error: string }) => void;
};

/** Calls at the same time. Stytch documents no limit for them. */
const callsAtOnce = 10;
/** Some seconds of calls. The next run does the rest. */
const membersPerRun = 200;
/** Another worker does not take them meanwhile. A call ends after 12 s at most. */
const claimedForSeconds = 60;
/** The pause after the first failure. It doubles with each failure, up to an hour. */
const backoffSeconds = 10;
const backoffSecondsMax = 3_600;
/** A JWT is valid for five minutes, and a session for a year at most. A week of failures has raised an alert. */
const givenUpAfter = '7 days';

/** False if no session waits for its end. */
export const hasSessionsToEnd = sql.piece`EXISTS (SELECT FROM session_revocations)`;

/**
 * Ends the Stytch sessions of deactivated users. The request (a row of session_revocations) was written together with the
 * deactivation, and is deleted when Stytch has ended the sessions. If the process dies in between, the next run repeats it,
 * which is harmless. Access to Scanner is removed already, so nothing waits for this. A user who is active again keeps their new
 * sessions.
 * @returns the number of members whose sessions were ended
 */
export async function revokeSessions(deps: RevocationDependencies): Promise<number> {
  const { database } = deps;
  await withDatabaseErrors(() => deleteObsolete(database));
  const leavers = await withDatabaseErrors(() => claimDue(database));
  const limited = limitConcurrency(callsAtOnce);
  const revoked = await Promise.all(leavers.map((leaver) => limited(() => revokeOf(deps, leaver))));
  const done = leavers.filter((_, i) => revoked[i]);
  if (done.length > 0) await database.$transaction((tx) => settle(tx, done));
  return done.length;
}

type Leaver = { memberId: string; teamId: string; tries: number };

/** Deletes requests for users who are active again, and those that have failed for a week. */
async function deleteObsolete(database: Database): Promise<void> {
  await database.$executeRaw`
    DELETE FROM session_revocations s USING users u
    WHERE u.id = s.user_id AND (u.status = 'active' OR s.since < clock_timestamp() - ${givenUpAfter}::interval)`;
}

async function claimDue(database: Database): Promise<Leaver[]> {
  return database.$queryRaw<Leaver[]>`
    UPDATE session_revocations s
    SET tries = s.tries + 1, retry_at = clock_timestamp() + make_interval(secs => GREATEST(${claimedForSeconds},
      LEAST(${backoffSeconds} * power(2, LEAST(s.tries, 20)), ${backoffSecondsMax})))
    FROM (
      SELECT stytch_member_id FROM session_revocations
      WHERE retry_at <= clock_timestamp() OR retry_at > clock_timestamp() + make_interval(secs => ${2 * backoffSecondsMax})
      ORDER BY tries, retry_at LIMIT ${membersPerRun} FOR UPDATE SKIP LOCKED
    ) due, users u
    WHERE s.stytch_member_id = due.stytch_member_id AND u.id = s.user_id
    RETURNING s.stytch_member_id AS "memberId", u.team_id::text AS "teamId", s.tries`;
}

async function revokeOf({ sessions, onSessionsKept }: RevocationDependencies, { memberId, tries }: Leaver) {
  try {
    await sessions.revoke(memberId);
    return true;
  } catch (error) {
    onSessionsKept({ memberIds: [memberId], attempt: tries, error: describeFailure(error) });
    return false;
  }
}

async function settle(tx: Parameters<typeof recordEvents>[0], leavers: readonly Leaver[]): Promise<void> {
  const memberIds = leavers.map(({ memberId }) => memberId);
  await tx.$executeRaw`DELETE FROM session_revocations WHERE stytch_member_id = ANY(${memberIds}::text[])`;
  await recordEvents(
    tx,
    leavers.map(({ memberId, teamId }): SyncEvent => {
      const changes = [{ type: 'sessions_revoked' as const }];
      return { trigger: 'session', teamId, memberId, outcome: 'changed', changes };
    }),
  );
}
