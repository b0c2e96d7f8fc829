import type { Database } from '../database.js';
import type { Instant } from '../directory/instant.js';

/** Users whom one sweep would have deactivated, and the fence of that sweep. */
export type Hold = { teamId: string; userIds: readonly string[]; fence: Instant };

/**
 * Holds a team's deactivations; where some are held already, the latest sweep's take their place, so that a team has one
 * open hold however often, or by however many workers, the same is found.
 * @returns its id, and whether it is new: what a person has to be told of
 */
export async function holdChanges(database: Database, hold: Hold): Promise<{ id: string; isNew: boolean }> {
  const [row] = await database.$queryRaw<[{ id: string; isNew: boolean }]>`
    INSERT INTO held_changes (team_id, user_ids, fence)
    VALUES (${hold.teamId}::uuid, ${hold.userIds}::uuid[], ${hold.fence}::timestamptz)
    ON CONFLICT (team_id) WHERE resolution IS NULL
      DO UPDATE SET user_ids = excluded.user_ids, fence = excluded.fence
    RETURNING id::text, xmax = 0 AS "isNew"`; // xmax is 0 in a row that was just inserted
  return row;
}

/** A sweep saw them again: what was held for lack of evidence is void. @returns the id of the hold, if there was one */
export async function discardSeenAgain(database: Database, teamId: string): Promise<string | null> {
  const [row] = await database.$queryRaw<{ id: string }[]>`
    UPDATE held_changes SET resolution = 'seen_again', resolved_at = clock_timestamp()
    WHERE team_id = ${teamId}::uuid AND resolution IS NULL RETURNING id::text`;
  return row?.id ?? null;
}

/**
 * The users of holds that a person has discarded. Whom this sweep saw is taken out of them first: should they go missing
 * again, that is news, and may be held again.
 */
export async function discardedUsers(
  database: Database,
  teamId: string,
  missing: readonly string[],
): Promise<Set<string>> {
  await database.$executeRaw`
    UPDATE held_changes h
    SET user_ids = ARRAY(SELECT unnest(h.user_ids) INTERSECT SELECT unnest(${missing}::uuid[]))
    WHERE team_id = ${teamId}::uuid AND resolution = 'discarded' AND NOT user_ids <@ ${missing}::uuid[]`;
  const rows = await database.$queryRaw<{ userId: string }[]>`
    SELECT DISTINCT unnest(user_ids)::text AS "userId" FROM held_changes
    WHERE team_id = ${teamId}::uuid AND resolution = 'discarded'`;
  return new Set(rows.map(({ userId }) => userId));
}
