import { type ReasonedAct, withLogin } from '../../database/audit.js';
import { type Database, withDatabaseErrors } from '../../database/database.js';
import { RequestProblem } from '../../errors/request-problem.js';
import { findTeam } from '../find-team.js';
import type { SupportParts } from '../parts.js';

/** `counts`: table -> how many rows lost a name. The user's id is the pseudonym from now on. */
export type Erased = { userId: string; counts: Record<string, number> };

type Parts = Pick<SupportParts, 'database'>;
/** `who`: e-mail, user id or member id. */
type Wanted = { who: string; team: string | null };

/**
 * Erases a person who has left: name, e-mail, member id, external id and role values. The row in `users` stays, because others
 * refer to it, and so does the evidence, under the user's id. It is one function of the database, so it happens as a whole or
 * not at all. A second run finds nothing left to erase.
 * @throws RequestProblem when nobody or several people match, or the person has not left
 */
export async function erasePerson({ database }: Parts, wanted: Wanted, act: ReasonedAct): Promise<Erased> {
  const userId = await leaverNamed(database, wanted);
  const counts = await withDatabaseErrors(() => erase(database, userId, act));
  return { userId, counts };
}

/** The same without the writing. */
export async function previewErasure({ database }: Parts, wanted: Wanted): Promise<Erased> {
  const userId = await leaverNamed(database, wanted);
  const dryRun = new DryRun();
  await withDatabaseErrors(async () => {
    const rolledBack = database.$transaction(async (tx) => {
      dryRun.counts = await erase(tx, userId, { actor: 'dry run', reason: 'dry run' });
      throw dryRun;
    });
    await rolledBack.catch((error) => {
      if (error !== dryRun) throw error;
    });
  });
  return { userId, counts: dryRun.counts };
}

class DryRun extends Error {
  counts: Erased['counts'] = {};
}

async function erase(database: Pick<Database, '$queryRaw'>, userId: string, { actor, reason, login }: ReasonedAct) {
  const [row] = await database.$queryRaw<[{ counts: Erased['counts'] }]>`
    SELECT erase_person(${userId}::uuid, ${actor}, ${reason}, ${JSON.stringify(withLogin({}, login))}::jsonb) AS counts`;
  return row.counts;
}

/** A search of Stytch may still show somebody who left within this time, and would create them again. */
const freshSeconds = 60;

type Candidate = { id: string; teamId: string; status: string | null; isFresh: boolean };

async function leaverNamed(database: Database, { who, team }: Wanted): Promise<string> {
  const teamId = team === null ? null : (await findTeam(database, team)).id;
  const [one, ...more] = await candidates(database, who, teamId);
  if (one === undefined) {
    throw new RequestProblem(
      'not_found',
      `Scanner has no user ${who}. Give the e-mail, the user's id or the member's id.`,
    );
  }
  if (more.length > 0) {
    const ids = [one, ...more].map(({ id, teamId }) => `${id} (team ${teamId})`).join(', ');
    throw new RequestProblem('ambiguous', `Several users match: ${ids}. Give one of these ids, or --team.`);
  }
  if (one.status === 'active') {
    throw new RequestProblem(
      'conflict',
      `User ${one.id} is active. Have them removed in the identity provider first: as long as it names them, the next read creates them again.`,
    );
  }
  if (one.isFresh) {
    throw new RequestProblem(
      'conflict',
      `User ${one.id} left within the last minute, and Stytch may still show them. Try again in a minute.`,
    );
  }
  return one.id;
}

/** Two of them are as good as many. */
const candidatesMax = 5;

/** Also people who are in the evidence only, because Scanner has deleted their row. */
function candidates(database: Database, who: string, teamId: string | null): Promise<Candidate[]> {
  return withDatabaseErrors(
    () => database.$queryRaw<Candidate[]>`
      WITH found AS (
        SELECT id, team_id, status, deactivated_at > clock_timestamp() - make_interval(secs => ${freshSeconds}) AS fresh
        FROM users WHERE lower(email) = lower(${who}) OR stytch_member_id = ${who} OR id::text = lower(${who})
        UNION ALL
        SELECT DISTINCT e.user_id, e.team_id, NULL, false FROM evidence e
        WHERE NOT EXISTS (SELECT FROM users u WHERE u.id = e.user_id) AND e.user_id IS NOT NULL
          AND (lower(e.email) = lower(${who}) OR e.stytch_member_id = ${who} OR e.user_id::text = lower(${who}))
      )
      SELECT id::text, team_id::text AS "teamId", status, COALESCE(fresh, false) AS "isFresh" FROM found
      WHERE ${teamId}::uuid IS NULL OR team_id = ${teamId}::uuid ORDER BY id LIMIT ${candidatesMax}`,
  );
}
