import { type Database, sql, type Transaction } from '../../database/database.js';
import { planGrants } from '../../directory/plan.js';
import type { SyncEvent } from '../../directory/sync-event.js';
import { loadScimRoles, loadUsersById, TooHeavy } from '../apply/load-world.js';
import { recordEvents } from '../apply/record-events.js';
import { type MemberChange, writeGrants } from '../apply/write-plans.js';

/**
 * A transaction that read a team's roles before the change was committed may still write grants for the old roles. A transaction
 * lasts 20 s at most (database.ts), so a note is kept for 25 s and the team is checked again until then.
 */
const graceSeconds = 25;
/** As many as in a batch of hints. A larger transaction makes others wait. */
const usersPerTransaction = 1000;

/** False if no role has been noted. */
export const hasRoleChanges = sql.piece`EXISTS (SELECT FROM role_changes)`;

/**
 * Adds and removes the grants that follow from scim roles that were created, renamed or deleted, by any SQL. A trigger notes the
 * team (role_changes); every user of the team whose grants differ from the desired ones is planned and written. It may run
 * twice, or at the same time as itself: it looks for differences. It may die in the middle: the notes are deleted last. Without
 * a note it costs one query on an empty table.
 * @returns the number of users that changed
 */
export async function backFillRoles(database: Database): Promise<number> {
  const teamIds = await changedTeams(database);
  if (teamIds.length === 0) return 0;
  let changed = 0;
  for (let after = lowestId; ; ) {
    const userIds = await usersWhoDiffer(database, teamIds, after);
    const last = userIds.at(-1);
    if (last === undefined) break;
    after = last;
    changed += await correctInParts(database, userIds);
  }
  await forgetOldChanges(database);
  return changed;
}

const lowestId = '00000000-0000-0000-0000-000000000000';

async function changedTeams(database: Database): Promise<string[]> {
  const notes = await database.$queryRaw<{ teamId: string; isNew: boolean }[]>`
    SELECT team_id::text AS "teamId", bool_or(seen_at IS NULL) AS "isNew" FROM role_changes GROUP BY 1`;
  if (notes.some(({ isNew }) => isNew)) {
    await database.$executeRaw`UPDATE role_changes SET seen_at = clock_timestamp() WHERE seen_at IS NULL`;
  }
  return notes.map(({ teamId }) => teamId);
}

/** The users whose grants differ from scim_wanted_grants. The plan decides what changes. */
async function usersWhoDiffer(database: Database, teamIds: string[], after: string): Promise<string[]> {
  const users = await database.$queryRaw<{ id: string }[]>`
    WITH wanted AS (
      SELECT user_id, role_id FROM scim_wanted_grants WHERE team_id = ANY(${teamIds}::uuid[])
    ), held AS (
      SELECT g.user_id, g.role_id FROM role_grants g
      JOIN users u ON u.id = g.user_id AND u.stytch_member_id IS NOT NULL
      WHERE u.team_id = ANY(${teamIds}::uuid[]) AND g.source = 'scim'
    ), differing AS (
      (SELECT * FROM wanted EXCEPT SELECT * FROM held) UNION (SELECT * FROM held EXCEPT SELECT * FROM wanted)
    )
    SELECT DISTINCT user_id AS id FROM differing WHERE user_id > ${after}::uuid
    ORDER BY user_id LIMIT ${usersPerTransaction}`;
  return users.map(({ id }) => id);
}

/** Halves the users if they are too many for one transaction. */
async function correctInParts(database: Database, userIds: readonly string[]): Promise<number> {
  try {
    return await database.$transaction((tx) => correct(tx, userIds));
  } catch (error) {
    if (!(error instanceof TooHeavy)) throw error;
  }
  const middle = Math.ceil(userIds.length / 2);
  const first = await correctInParts(database, userIds.slice(0, middle));
  return first + (await correctInParts(database, userIds.slice(middle)));
}

async function correct(tx: Transaction, userIds: readonly string[]): Promise<number> {
  const users = await loadUsersById(tx, userIds);
  const plans = planGrants(users, await loadScimRoles(tx, [...new Set(users.map(({ teamId }) => teamId))]));
  const events: SyncEvent[] = [];
  const changes: MemberChange[] = [];
  for (const { id, teamId, memberId } of users) {
    const planned = plans.get(id);
    if (planned === undefined || memberId === null) continue;
    events.push({ trigger: 'role', teamId, memberId, outcome: 'changed', changes: planned });
    changes.push(...planned.map((change) => ({ ...change, member_id: memberId })));
  }
  await writeGrants(tx, changes);
  await recordEvents(tx, events);
  return events.length;
}

async function forgetOldChanges(database: Database): Promise<void> {
  await database.$executeRaw`
    DELETE FROM role_changes
    WHERE seen_at < clock_timestamp() - make_interval(secs => ${graceSeconds})
      OR seen_at > clock_timestamp() + make_interval(secs => ${graceSeconds})`; // a clock was ahead
}
