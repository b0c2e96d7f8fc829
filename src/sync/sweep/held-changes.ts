import type { Database } from '../../database/database.js';
import type { Instant } from '../../directory/instant.js';

/** Users that one sweep would have deactivated, and the fence of that sweep. */
export type Hold = { teamId: string; userIds: readonly string[]; fence: Instant };

/**
 * Holds a team's deactivations. A team has one open hold, even if several workers find the same users missing. If more users
 * are missing than the hold has, a new hold replaces it and keeps its start time. So a person always decides about exactly the
 * users that they saw.
 * @returns the id; `isNew`: a person has to be notified
 */
export async function holdChanges(database: Database, hold: Hold): Promise<{ id: string; isNew: boolean }> {
  return database.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM teams WHERE id = ${hold.teamId}::uuid FOR NO KEY UPDATE`; // one at a time
    const [open] = await tx.$queryRaw<{ id: string; since: string; grows: boolean }[]>`
      SELECT id::text, since::text, NOT ${hold.userIds}::uuid[] <@ user_ids AS grows FROM held_changes
      WHERE team_id = ${hold.teamId}::uuid AND resolution IS NULL`;
    if (open && !open.grows) {
      await tx.$executeRaw`
        UPDATE held_changes SET user_ids = ${hold.userIds}::uuid[], fence = ${hold.fence}::timestamptz
        WHERE id = ${open.id}::uuid`;
      return { id: open.id, isNew: false };
    }
    if (open) {
      await tx.$executeRaw`
        UPDATE held_changes SET resolution = 'replaced', resolved_at = clock_timestamp() WHERE id = ${open.id}::uuid`;
    }
    const [row] = await tx.$queryRaw<[{ id: string }]>`
      INSERT INTO held_changes (team_id, user_ids, fence, since)
      VALUES (${hold.teamId}::uuid, ${hold.userIds}::uuid[], ${hold.fence}::timestamptz,
        COALESCE(${open?.since ?? null}::timestamptz, clock_timestamp()))
      RETURNING id::text`;
    return { id: row.id, isNew: true };
  });
}

/** Those of the teams that have an open hold, or a discarded one that still has users. */
export async function teamsWithHolds(database: Database, teamIds: readonly string[]): Promise<string[]> {
  const rows = await database.$queryRaw<{ teamId: string }[]>`
    SELECT DISTINCT team_id::text AS "teamId" FROM held_changes
    WHERE team_id = ANY(${teamIds}::uuid[])
      AND (resolution IS NULL OR (resolution = 'discarded' AND cardinality(user_ids) > 0))`;
  return rows.map(({ teamId }) => teamId);
}

/** Closes the open hold, because a sweep found the users again. @returns the id of the hold, or null */
export async function discardSeenAgain(database: Database, teamId: string): Promise<string | null> {
  const [row] = await database.$queryRaw<{ id: string }[]>`
    UPDATE held_changes SET resolution = 'seen_again', resolved_at = clock_timestamp()
    WHERE team_id = ${teamId}::uuid AND resolution IS NULL RETURNING id::text`;
  return row?.id ?? null;
}

/**
 * The missing users of holds that a person has discarded. Users whom this sweep found are first removed from those holds, so
 * that they can be held again if they go missing again.
 */
export async function discardedUsers(
  { database, dryRun }: { database: Database; dryRun?: boolean },
  teamId: string,
  missing: readonly string[],
): Promise<Set<string>> {
  if (!dryRun) {
    await database.$executeRaw`
      UPDATE held_changes h
      SET user_ids = ARRAY(SELECT unnest(h.user_ids) INTERSECT SELECT unnest(${missing}::uuid[]))
      WHERE team_id = ${teamId}::uuid AND resolution = 'discarded' AND NOT user_ids <@ ${missing}::uuid[]`;
  }
  const rows = await database.$queryRaw<{ userId: string }[]>`
    SELECT DISTINCT unnest(user_ids)::text AS "userId" FROM held_changes
    WHERE team_id = ${teamId}::uuid AND resolution = 'discarded'`;
  return new Set(rows.map(({ userId }) => userId));
}
