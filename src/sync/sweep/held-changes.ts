import type { Database } from '../../database/database.js';
import type { Instant } from '../../directory/instant.js';

/** Users whom one sweep would have deactivated, and the fence of that sweep. */
export type Hold = { teamId: string; userIds: readonly string[]; fence: Instant };

/**
 * Holds a team's deactivations. A team has one open hold however often, or by however many workers, the same is found. When
 * a sweep misses more people than it, another hold takes its place, so that a person who decides about a hold decides
 * about those whom they saw in it, and about nobody else; since when something is held stays.
 * @returns its id, and whether it is new: what a person has to be told of
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
  { database, dryRun }: { database: Database; dryRun?: boolean },
  teamId: string,
  missing: readonly string[],
): Promise<Set<string>> {
  if (!dryRun)
    await database.$executeRaw`
    UPDATE held_changes h
    SET user_ids = ARRAY(SELECT unnest(h.user_ids) INTERSECT SELECT unnest(${missing}::uuid[]))
    WHERE team_id = ${teamId}::uuid AND resolution = 'discarded' AND NOT user_ids <@ ${missing}::uuid[]`;
  const rows = await database.$queryRaw<{ userId: string }[]>`
    SELECT DISTINCT unnest(user_ids)::text AS "userId" FROM held_changes
    WHERE team_id = ${teamId}::uuid AND resolution = 'discarded'`;
  return new Set(rows.map(({ userId }) => userId));
}
