import { type Database, withDatabaseErrors } from '../../database/database.js';
import { type NearMiss, roleMatcher, type TeamRole } from '../../directory/role-matching.js';
import { scimRoleName } from '../../directory/world.js';
import { permissionsMax } from '../permissions.js';

/** An IdP role value that people of this team hold. */
export type SeenValue = {
  value: string;
  /** Where in Stytch's member it came from. */
  via: ('roles' | 'groups' | 'stytch_role')[];
  /** Active users who hold it. */
  holders: number;
  role: TeamRole | null;
  nearMiss: NearMiss | null;
  /** An admin decided that it needs no role. */
  ignored: boolean;
};

/** A role of the team, and the number of its SCIM and manual grants. */
export type HeldRole = TeamRole & { scimGrants: number; manualGrants: number };

/** One page of each of two lists. `next…Cursor` is null on the last page. */
export type RolesOverview = {
  /** Sorted by the number of holders, largest first. */
  values: SeenValue[];
  valuesTotal: number;
  /** Ignored names in all. */
  ignoredTotal: number;
  nextValuesCursor: string | null;
  /** Roles named `scim:…`, with or without a matching value. */
  scimRoles: HeldRole[];
  scimRolesTotal: number;
  nextScimRolesCursor: string | null;
};

export type RolesQuery = {
  /** Part of a name, case-insensitive. */
  q?: string | undefined;
  /** Only ignored names, or only the others. Undefined: all. A name with a role counts as not ignored. */
  ignored?: boolean | undefined;
  valuesCursor?: string | undefined;
  rolesCursor?: string | undefined;
};

/** A directory that pushes all its groups has thousands of names. */
export const rolesPerPage = 50;
/** Roles that are compared for near misses. No team has nearly as many, and each is one comparison a page. */
const comparedMax = 5_000;

export async function readRoles(database: Database, teamId: string, query: RolesQuery = {}): Promise<RolesOverview> {
  const { q = '', ignored = null, valuesCursor = '0', rolesCursor = '0' } = query;
  const [roles, values, [counted]] = await withDatabaseErrors(() =>
    Promise.all([
      loadRoles(database, teamId, { search: q, from: Number(rolesCursor) }),
      loadValues(database, teamId, { search: q, ignored, from: Number(valuesCursor) }),
      countIgnored(database, teamId),
    ]),
  );
  const names = values.map(({ value }) => value);
  const matchOf = await withDatabaseErrors(() => matchesOf(database, teamId, names));
  return {
    values: values.map(({ total, ...seen }) => ({ ...seen, ...matchOf(seen.value) })),
    valuesTotal: values[0]?.total ?? 0,
    ignoredTotal: counted.ignored,
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

/** Counts the holders only of the roles on the page. */
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

/** Names that nobody has any more are not counted, as they are not listed. */
function countIgnored(database: Database, teamId: string) {
  return database.$queryRaw<[{ ignored: number }]>`
    SELECT count(*)::int AS ignored FROM ignored_role_names i WHERE i.team_id = ${teamId}::uuid
      AND NOT EXISTS (SELECT FROM roles r WHERE r.team_id = i.team_id AND r.name = 'scim:' || i.value)
      AND EXISTS (SELECT FROM idp_role_values v JOIN users u ON u.id = v.user_id
        WHERE v.value = i.value AND u.team_id = i.team_id AND u.status = 'active')`;
}

/** A person who holds a value by several ways counts once. That is rare, so it is counted only for the page. */
function loadValues(database: Database, teamId: string, { search, from, ignored }: Part & { ignored: boolean | null }) {
  return database.$queryRaw<(Pick<SeenValue, 'value' | 'via' | 'holders' | 'ignored'> & { total: number })[]>`
    WITH ignored AS MATERIALIZED (
      SELECT i.value FROM ignored_role_names i WHERE i.team_id = ${teamId}::uuid
        AND NOT EXISTS (SELECT FROM roles r WHERE r.team_id = i.team_id AND r.name = 'scim:' || i.value)
    ), page AS (
      SELECT v.value, count(*)::int AS rows, (count(*) OVER ())::int AS total, array_remove(ARRAY[
        CASE WHEN bool_or(v.via = 'groups') THEN 'groups' END, CASE WHEN bool_or(v.via = 'roles') THEN 'roles' END,
        CASE WHEN bool_or(v.via = 'stytch_role') THEN 'stytch_role' END], NULL) AS via
      FROM idp_role_values v JOIN users u ON u.id = v.user_id
      WHERE u.team_id = ${teamId}::uuid AND u.status = 'active' AND position(lower(${search}) IN lower(v.value)) > 0
        AND (${ignored}::boolean IS NULL OR (v.value IN (SELECT value FROM ignored)) = ${ignored})
      GROUP BY v.value ORDER BY 2 DESC, v.value LIMIT ${rolesPerPage} OFFSET ${from}
    )
    SELECT p.value, p.via, p.total, p.value IN (SELECT value FROM ignored) AS ignored, CASE WHEN cardinality(p.via) = 1 THEN p.rows ELSE (
      SELECT count(DISTINCT v.user_id)::int FROM idp_role_values v JOIN users u ON u.id = v.user_id
      WHERE v.value = p.value AND u.team_id = ${teamId}::uuid AND u.status = 'active') END AS holders
    FROM page p ORDER BY holders DESC, p.value`;
}

/** The roles of these values. For values without a role, all roles of the team are compared for near misses. */
export async function matchesOf(
  database: Database,
  teamId: string,
  values: readonly string[],
): Promise<(value: string) => Pick<SeenValue, 'role' | 'nearMiss'>> {
  const granting = await database.$queryRaw<TeamRole[]>`
    SELECT id::text, name, permissions[1:${permissionsMax}::int] AS permissions FROM roles
    WHERE team_id = ${teamId}::uuid AND name = ANY(${values.map(scimRoleName)}::text[])`;
  const exact = roleMatcher(granting);
  if (values.every((value) => exact(value).role !== null)) return exact;
  const all = await database.$queryRaw<{ id: string; name: string }[]>`
    SELECT id::text, name FROM roles WHERE team_id = ${teamId}::uuid ORDER BY name LIMIT ${comparedMax}`;
  const near = roleMatcher(all);
  return (value) => {
    const { role } = exact(value);
    return { role, nearMiss: role === null ? near(value).nearMiss : null };
  };
}

/** Values of a team that are compared with a name that an admin types. */
const seenNamesMax = 5_000;

/**
 * Whether the identity provider sends this name. If not, `meant` is a similar name that it sends, or null.
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
