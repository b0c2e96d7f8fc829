import { type Database, withDatabaseErrors } from '../../database/database.js';
import { type NearMiss, roleMatcher, type TeamRole } from '../../directory/role-matching.js';
import { scimRoleName } from '../../directory/world.js';
import { permissionsMax } from '../permissions.js';

/** A role or group name that the IdP says people of this team hold. */
export type SeenValue = {
  value: string;
  /** Which of Stytch's carriers brought it. */
  via: ('roles' | 'groups' | 'stytch_role')[];
  /** Active users who hold it. */
  holders: number;
  role: TeamRole | null;
  nearMiss: NearMiss | null;
};

/** A role of the team and how many hold it, by SCIM and by hand. */
export type HeldRole = TeamRole & { scimGrants: number; manualGrants: number };

/** One page of each of two lists. `next…Cursor`: what to ask for next; null at the end. */
export type RolesOverview = {
  /** Those that most people hold come first. */
  values: SeenValue[];
  valuesTotal: number;
  nextValuesCursor: string | null;
  /** Roles named `scim:…`, whether or not a value matches. */
  scimRoles: HeldRole[];
  scimRolesTotal: number;
  nextScimRolesCursor: string | null;
};

export type RolesQuery = {
  /** A part of a name, in any case. */
  q?: string | undefined;
  valuesCursor?: string | undefined;
  rolesCursor?: string | undefined;
};

/** A directory that pushes all its groups has thousands: more than a page of them nobody reads. */
export const rolesPerPage = 50;
/** Roles that are looked at for near misses, by name: no team has nearly as many, and each is one comparison a page. */
const comparedMax = 5_000;

export async function readRoles(database: Database, teamId: string, query: RolesQuery = {}): Promise<RolesOverview> {
  const { q = '', valuesCursor = '0', rolesCursor = '0' } = query;
  const [roles, values] = await withDatabaseErrors(() =>
    Promise.all([
      loadRoles(database, teamId, { search: q, from: Number(rolesCursor) }),
      loadValues(database, teamId, { search: q, from: Number(valuesCursor) }),
    ]),
  );
  const names = values.map(({ value }) => value);
  const matchOf = await withDatabaseErrors(() => matchesOf(database, teamId, names));
  return {
    values: values.map(({ total, ...seen }) => ({ ...seen, ...matchOf(seen.value) })),
    valuesTotal: values[0]?.total ?? 0,
    nextValuesCursor: nextCursor(valuesCursor, values),
    scimRoles: roles.map(({ total, ...role }) => role),
    scimRolesTotal: roles[0]?.total ?? 0,
    nextScimRolesCursor: nextCursor(rolesCursor, roles),
  };
}

function nextCursor(cursor: string, page: readonly { total: number }[]): string | null {
  const end = Number(cursor) + page.length;
  return end < (page[0]?.total ?? 0) ? String(end) : null;
}

type Part = { search: string; from: number };

/** Holders are counted for the page alone. */
function loadRoles(database: Database, teamId: string, { search, from }: Part) {
  return database.$queryRaw<(HeldRole & { total: number })[]>`
    WITH page AS (
      SELECT id, name, permissions[1:${permissionsMax}::int] AS permissions, (count(*) OVER ())::int AS total FROM roles
      WHERE team_id = ${teamId}::uuid AND starts_with(name, 'scim:') AND position(lower(${search}) IN lower(name)) > 0
      ORDER BY name LIMIT ${rolesPerPage} OFFSET ${from}
    )
    SELECT p.id::text, p.name, p.permissions, p.total,
      (SELECT count(*)::int FROM role_grants g WHERE g.role_id = p.id AND g.source = 'scim') AS "scimGrants",
      (SELECT count(*)::int FROM role_grants g WHERE g.role_id = p.id AND g.source = 'manual') AS "manualGrants"
    FROM page p ORDER BY p.name`;
}

/** Who holds a value by several carriers counts once; that is looked up for the page alone, as few do. */
function loadValues(database: Database, teamId: string, { search, from }: Part) {
  return database.$queryRaw<(Pick<SeenValue, 'value' | 'via' | 'holders'> & { total: number })[]>`
    WITH page AS (
      SELECT v.value, count(*)::int AS rows, (count(*) OVER ())::int AS total, array_remove(ARRAY[
        CASE WHEN bool_or(v.via = 'groups') THEN 'groups' END, CASE WHEN bool_or(v.via = 'roles') THEN 'roles' END,
        CASE WHEN bool_or(v.via = 'stytch_role') THEN 'stytch_role' END], NULL) AS via
      FROM idp_role_values v JOIN users u ON u.id = v.user_id
      WHERE u.team_id = ${teamId}::uuid AND u.status = 'active' AND position(lower(${search}) IN lower(v.value)) > 0
      GROUP BY v.value ORDER BY 2 DESC, v.value LIMIT ${rolesPerPage} OFFSET ${from}
    )
    SELECT p.value, p.via, p.total, CASE WHEN cardinality(p.via) = 1 THEN p.rows ELSE (
      SELECT count(DISTINCT v.user_id)::int FROM idp_role_values v JOIN users u ON u.id = v.user_id
      WHERE v.value = p.value AND u.team_id = ${teamId}::uuid AND u.status = 'active') END AS holders
    FROM page p ORDER BY holders DESC, p.value`;
}

/** The roles that these values give; where there are others, the team's names are looked through for what was meant. */
export async function matchesOf(
  database: Database,
  teamId: string,
  values: readonly string[],
): Promise<(value: string) => Pick<SeenValue, 'role' | 'nearMiss'>> {
  const given = await database.$queryRaw<TeamRole[]>`
    SELECT id::text, name, permissions[1:${permissionsMax}::int] AS permissions FROM roles
    WHERE team_id = ${teamId}::uuid AND name = ANY(${values.map(scimRoleName)}::text[])`;
  const exact = roleMatcher(given);
  if (values.every((value) => exact(value).role !== null)) return exact;
  const all = await database.$queryRaw<{ id: string; name: string }[]>`
    SELECT id::text, name FROM roles WHERE team_id = ${teamId}::uuid ORDER BY name LIMIT ${comparedMax}`;
  const near = roleMatcher(all);
  return (value) => {
    const { role } = exact(value);
    return { role, nearMiss: role === null ? near(value).nearMiss : null };
  };
}

/** Names of a team that are compared with a name that an admin types. */
const seenNamesMax = 5_000;

/**
 * Whether the identity provider sends this name, and if not, a name that it does send and that was probably meant.
 * @returns `isSeen`, and the other name or null
 */
export async function seenLike(
  database: Database,
  teamId: string,
  value: string,
): Promise<{ isSeen: boolean; meant: string | null }> {
  const rows = await withDatabaseErrors(
    () => database.$queryRaw<{ value: string }[]>`
      SELECT DISTINCT v.value FROM idp_role_values v JOIN users u ON u.id = v.user_id
      WHERE u.team_id = ${teamId}::uuid AND u.status = 'active' LIMIT ${seenNamesMax}`,
  );
  const named = rows.map((row) => ({ id: row.value, name: scimRoleName(row.value) }));
  const { role, nearMiss } = roleMatcher(named)(value);
  return { isSeen: role !== null, meant: role === null ? (nearMiss?.role.id ?? null) : null };
}
