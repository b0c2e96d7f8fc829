import { type Database, withDatabaseErrors } from '../../database/database.js';
import type { SyncEvent } from '../../directory/sync-event.js';
import { describeFailure } from '../../errors/errors.js';
import { limitConcurrency } from '../../process/concurrency-limit.js';
import type { StytchSessions } from '../../stytch/sessions.js';
import { recordEvents } from '../apply/record-events.js';

export type RevocationDependencies = {
  database: Database;
  sessions: StytchSessions;
  /** Told of sessions that Stytch did not end; it is asked again. */
  onSessionsKept: (failure: { memberIds: string[]; attempt: number; error: string }) => void;
};

/** Calls at the same time; Stytch publishes no limit for them, so we stay modest. */
const callsAtOnce = 10;
/** Of one run: some seconds of calls. What is left has its turn in the next run. */
const membersPerRun = 200;
/** A second worker that looks meanwhile leaves them alone: a call ends after 12 s at most. */
const claimedForSeconds = 60;
/** Waited after the first failure; twice as long after each one, up to an hour. */
const backoffSeconds = 10;
const backoffSecondsMax = 3_600;
/** A JWT lives five minutes and a session a year at most; who could not be asked about for a week is in an alert. */
const givenUpAfter = '7 days';

/**
 * Ends the Stytch sessions of those who were deactivated. The wish was written with the deactivation (session_revocations)
 * and is removed when Stytch has done it: a process that dies in between leaves it to the next run, and revoking twice does no
 * harm. The door is closed already; nothing waits for this. Who is active again by now keeps the new sessions.
 * @returns how many members' sessions were revoked
 */
export async function revokeSessions(deps: RevocationDependencies): Promise<number> {
  const { database } = deps;
  await withDatabaseErrors(() => forget(database));
  const leavers = await withDatabaseErrors(() => claim(database));
  const inTurn = limitConcurrency(callsAtOnce);
  const revoked = await Promise.all(leavers.map((leaver) => inTurn(() => revokeOf(deps, leaver))));
  const done = leavers.filter((_, i) => revoked[i]);
  if (done.length > 0) await database.$transaction((tx) => settle(tx, done));
  return done.length;
}

type Leaver = { memberId: string; teamId: string; tries: number };

/** Of those who are active again there is nothing to revoke; of those who could not be for a week nothing more is tried. */
async function forget(database: Database): Promise<void> {
  await database.$executeRaw`
    DELETE FROM session_revocations s USING users u
    WHERE u.id = s.user_id AND (u.status = 'active' OR s.since < clock_timestamp() - ${givenUpAfter}::interval)`;
}

async function claim(database: Database): Promise<Leaver[]> {
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
