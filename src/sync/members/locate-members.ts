import type { Database } from '../../database/database.js';
import type { Hint } from '../../directory/hint.js';
import { type Instant, instantOf } from '../../directory/instant.js';

/**
 * Where to read a member: its organization, or null if only a get can find it. With the user's team and the date of the row, if
 * there is a user. `unknown_team`: Scanner does not know the organization, so there is nothing to read.
 */
export type Place =
  | { organizationId: string | null; user?: { teamId: string; readAt: Instant | null } }
  | 'unknown_team';

/**
 * Member id -> where to read it. A DELETE event has no organization, so the user's own team comes first, then the
 * organization of the hint, if Scanner knows it.
 */
export async function locateMembers(database: Database, hints: readonly Hint[]): Promise<Map<string, Place>> {
  const home = await homesOfUsers(
    database,
    hints.flatMap(({ memberIds }) => memberIds),
  );
  const known = await knownOrganizations(database, hints);
  const places = new Map<string, Place>();
  for (const { memberIds, organizationId } of hints) {
    for (const memberId of memberIds) {
      const earlier = places.get(memberId);
      if (earlier !== undefined && earlier !== 'unknown_team') continue; // another hint has named the organization
      places.set(memberId, placeOf(home.get(memberId), organizationId, known));
    }
  }
  return places;
}

function placeOf(home: Home | undefined, named: string | null, known: ReadonlySet<string>): Place {
  if (home !== undefined) return home;
  if (named === null) return { organizationId: null };
  return known.has(named) ? { organizationId: named } : 'unknown_team';
}

type Home = { organizationId: string | null; user: { teamId: string; readAt: Instant | null } };

async function homesOfUsers(database: Database, memberIds: string[]): Promise<Map<string, Home>> {
  const rows = await database.$queryRaw<
    { memberId: string; organizationId: string | null; teamId: string; readAt: string | null }[]
  >`
    SELECT u.stytch_member_id AS "memberId", t.stytch_organization_id AS "organizationId", t.id::text AS "teamId",
      CASE WHEN u.observed_at <= clock_timestamp() THEN
        to_char(u.observed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') END AS "readAt"
    FROM users u JOIN teams t ON t.id = u.team_id WHERE u.stytch_member_id = ANY(${memberIds}::text[])`;
  return new Map(
    rows.map(({ memberId, organizationId, teamId, readAt }) => [
      memberId,
      { organizationId, user: { teamId, readAt: readAt === null ? null : instantOf(readAt) } },
    ]),
  );
}

async function knownOrganizations(database: Database, hints: readonly Hint[]): Promise<Set<string>> {
  const named = [...new Set(hints.map(({ organizationId }) => organizationId).filter((id) => id !== null))];
  const rows = await database.$queryRaw<{ id: string }[]>`
    SELECT stytch_organization_id AS id FROM teams WHERE stytch_organization_id = ANY(${named}::text[])`;
  return new Set(rows.map(({ id }) => id));
}
