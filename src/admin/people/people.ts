import { type Database, withDatabaseErrors } from '../../database/database.js';
import type { RoleValue } from '../../directory/role-values.js';

/** A user of the team, for an admin. Times are ISO 8601. */
export type TeamPerson = {
  id: string;
  name: string;
  email: string;
  status: 'active' | 'deactivated';
  /** Stytch's member id. Null while the identity provider has not sent the person. */
  memberId: string | null;
  externalId: string | null;
  deactivatedAt: string | null;
  /** The date of the last reading from Stytch. */
  lastReadAt: string | null;
  /** The first IdP role values, sorted. */
  values: Pick<RoleValue, 'value' | 'via'>[];
  valuesTotal: number;
  /** The first roles, sorted by name. */
  roles: HeldRole[];
  rolesTotal: number;
};

export type HeldRole = {
  id: string;
  name: string;
  /** `scim`: granted by an IdP role value. `manual`: granted by hand in Scanner. */
  source: 'scim' | 'manual';
  since: string;
  /** Where the granting value comes from. Empty for a manual grant. */
  via: RoleValue['via'][];
};

export type PeopleQuery = {
  /** Part of a name or an e-mail, or a whole id: Scanner's, Stytch's, or the external id. */
  q?: string | undefined;
  status?: 'active' | 'deactivated' | undefined;
  /** Only holders of the role with this id. */
  role?: string | undefined;
  /** Only people who hold that role (without `role`: any role) in this way. */
  source?: 'scim' | 'manual' | undefined;
  /** Only people with this IdP role value. */
  value?: string | undefined;
  cursor?: PeopleCursor | undefined;
  limit: number;
};

/** The end of the previous page: the sort key and the id of its last person. */
export type PeopleCursor = { after: string; id: string };

/** Sorted by name. `nextCursor` is null on the last page. */
export type PeoplePage = { people: TeamPerson[]; total: number; nextCursor: string | null };

/** Values and roles of one person in a list. The person's own page has more. */
const listedMax = 10;

/** Characters of a name or an e-mail. An identity provider may send a megabyte. */
const shownCharacters = 320;
/** Characters of the sort key, which the cursor holds. */
const sortedCharacters = 100;

/** @param listed the limit of values and roles listed for each person. The totals are exact */
export async function readPeople(
  database: Database,
  teamId: string,
  query: PeopleQuery,
  listed = listedMax,
): Promise<PeoplePage> {
  const rows = await withDatabaseErrors(() => findPeople(database, teamId, query, listed));
  const page = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? page.at(-1) : undefined;
  return {
    people: page.map(personOf),
    total: rows[0]?.total ?? 0,
    nextCursor: last === undefined ? null : cursorText({ after: last.sortedBy, id: last.id }),
  };
}

type Row = Omit<TeamPerson, 'deactivatedAt' | 'lastReadAt' | 'values' | 'roles'> & {
  deactivatedAt: Date | null;
  lastReadAt: Date | null;
  values: TeamPerson['values'] | null;
  roles: HeldRole[] | null;
  sortedBy: string;
  total: number;
};

/** PostgreSQL filters, sorts and cuts, so a team of 100,000 costs this process one page. */
function findPeople(database: Database, teamId: string, query: PeopleQuery, listed: number): Promise<Row[]> {
  const { q = null, status = null, role = null, source = null, value = null, cursor, limit } = query;
  return database.$queryRaw<Row[]>`
    WITH found AS (
      SELECT u.*, left(lower(COALESCE(NULLIF(u.name, ''), u.email)), ${sortedCharacters}::int) COLLATE "C" AS sorted_by FROM users u
      WHERE u.team_id = ${teamId}::uuid AND (${status}::text IS NULL OR u.status = ${status})
        AND (${q}::text IS NULL OR position(lower(${q}) IN lower(u.name)) > 0 OR position(lower(${q}) IN lower(u.email)) > 0
          OR u.id::text = ${q} OR u.stytch_member_id = ${q} OR u.scim_external_id = ${q})
        AND (COALESCE(${role}::text, ${source}::text) IS NULL OR EXISTS (
          SELECT FROM role_grants g WHERE g.user_id = u.id AND (${role}::text IS NULL OR g.role_id::text = ${role})
            AND (${source}::text IS NULL OR g.source = ${source})))
        AND (${value}::text IS NULL OR EXISTS (
          SELECT FROM idp_role_values v WHERE v.user_id = u.id AND v.value = ${value}))
    ), page AS (
      SELECT f.*, (SELECT count(*)::int FROM found) AS total FROM found f
      WHERE ${cursor?.id ?? null}::uuid IS NULL
        OR (f.sorted_by, f.id) > (${cursor?.after ?? ''} COLLATE "C", ${cursor?.id ?? null}::uuid)
      ORDER BY f.sorted_by, f.id LIMIT ${limit + 1}
    )
    SELECT p.id::text, left(p.name, ${shownCharacters}::int) AS name, left(p.email, ${shownCharacters}::int) AS email, p.status, p.stytch_member_id AS "memberId", p.scim_external_id AS "externalId",
      p.deactivated_at AS "deactivatedAt", p.observed_at AS "lastReadAt", p.sorted_by AS "sortedBy", p.total,
      (SELECT count(*)::int FROM idp_role_values WHERE user_id = p.id) AS "valuesTotal",
      (SELECT jsonb_agg(jsonb_build_object('value', v.value, 'via', v.via)) FROM (
        SELECT value, via FROM idp_role_values WHERE user_id = p.id ORDER BY value, via LIMIT ${listed}) v) AS values,
      (SELECT count(*)::int FROM role_grants WHERE user_id = p.id) AS "rolesTotal",
      (SELECT jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name, 'source', r.source, 'since', r.since, 'via', r.via))
        FROM (
          SELECT r.id, r.name, g.source, to_char(g.granted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS since,
            CASE WHEN g.source = 'scim' THEN ARRAY(SELECT v.via FROM idp_role_values v
              WHERE v.user_id = p.id AND 'scim:' || v.value = r.name ORDER BY v.via) ELSE '{}' END AS via
          FROM role_grants g JOIN roles r ON r.id = g.role_id
          WHERE g.user_id = p.id ORDER BY r.name, g.source LIMIT ${listed}) r) AS roles
    FROM page p ORDER BY p.sorted_by, p.id`;
}

function personOf({ deactivatedAt, lastReadAt, values, roles, sortedBy: _, total: __, ...row }: Row): TeamPerson {
  return {
    ...row,
    deactivatedAt: deactivatedAt?.toISOString() ?? null,
    lastReadAt: lastReadAt?.toISOString() ?? null,
    values: values ?? [],
    roles: roles ?? [],
  };
}

function cursorText(cursor: PeopleCursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}
