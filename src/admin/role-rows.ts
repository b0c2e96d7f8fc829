import { type Database, readingDatabase } from '../database.js';
import { matchRole, type NearMiss, type TeamRole } from './role-matching.js';

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

export type RolesOverview = {
  values: SeenValue[];
  /** How many values there are; the list ends somewhere. */
  valuesTotal: number;
  /** Roles named `scim:…`, whether or not a value matches. */
  scimRoles: HeldRole[];
};

/** A directory that pushes all its groups has thousands; those that most people hold come first. */
const valuesMax = 500;

export async function readRoles(database: Database, teamId: string, search = ''): Promise<RolesOverview> {
  const [roles, values] = await readingDatabase(() =>
    Promise.all([loadRoles(database, teamId), loadValues(database, teamId, search)]),
  );
  return {
    values: values.map(({ total, ...seen }) => ({ ...seen, ...matchRole(seen.value, roles) })),
    valuesTotal: values[0]?.total ?? 0,
    scimRoles: roles.filter(({ isScim }) => isScim).map(({ isScim, ...role }) => role),
  };
}

function loadRoles(database: Database, teamId: string) {
  return database.$queryRaw<(HeldRole & { isScim: boolean })[]>`
    SELECT r.id::text, r.name, r.permissions, starts_with(r.name, 'scim:') AS "isScim",
      count(*) FILTER (WHERE g.source = 'scim')::int AS "scimGrants",
      count(*) FILTER (WHERE g.source = 'manual')::int AS "manualGrants"
    FROM roles r LEFT JOIN role_grants g ON g.role_id = r.id
    WHERE r.team_id = ${teamId}::uuid GROUP BY r.id ORDER BY r.name`;
}

function loadValues(database: Database, teamId: string, search: string) {
  return database.$queryRaw<(Pick<SeenValue, 'value' | 'via' | 'holders'> & { total: number })[]>`
    SELECT v.value, array_agg(DISTINCT v.via ORDER BY v.via) AS via, count(DISTINCT u.id)::int AS holders,
      (count(*) OVER ())::int AS total
    FROM idp_role_values v JOIN users u ON u.id = v.user_id
    WHERE u.team_id = ${teamId}::uuid AND u.status = 'active' AND position(lower(${search}) IN lower(v.value)) > 0
    GROUP BY v.value ORDER BY holders DESC, v.value LIMIT ${valuesMax}`;
}
