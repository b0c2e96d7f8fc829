import { type Database, withDatabaseErrors } from '../../database/database.js';
import { asRecord } from '../../directory/json.js';
import type { MisconfigurationSigns } from './misconfigurations.js';

export type SignsDependencies = {
  database: Database;
  /** The member as Stytch has it now, unparsed. Null when there is none. */
  getMember: (memberId: string) => Promise<unknown>;
};

/** Examples shown to the admin. */
const someMax = 5;
/** Scanner does not store user names, so a few members are read. A wrong mapping affects everybody. */
const membersReadMax = 3;
/** A wrong mapping affects everybody, so the people who changed last are enough. */
const peopleMax = 1_000;
/** The latest changes show the current set-up of the identity provider. */
const eventsMax = 2_000;

/** Looks for signs of wrong settings in the identity provider. Too expensive for a page that refreshes itself. */
export async function readMisconfigurationSigns(
  deps: SignsDependencies,
  teamId: string,
): Promise<MisconfigurationSigns> {
  const { database } = deps;
  const [[marks], [roles], sharedExternalIds, oddUserNames] = await withDatabaseErrors(() =>
    Promise.all([
      readMarks(database, teamId),
      readRoleHistory(database, teamId),
      readSharedExternalIds(database, teamId),
      readOddUserNames(deps, teamId),
    ]),
  );
  return { ...marks, ...roles, sharedExternalIds, oddUserNames };
}

function readMarks(database: Database, teamId: string) {
  return database.$queryRaw<[Pick<MisconfigurationSigns, 'jsonValues' | 'oddEmails'>]>`
    WITH latest AS (
      SELECT id, email, status, stytch_member_id FROM users WHERE team_id = ${teamId}::uuid
      ORDER BY updated_at DESC LIMIT ${peopleMax}
    )
    SELECT
      ARRAY(SELECT DISTINCT v.value FROM latest u JOIN idp_role_values v ON v.user_id = u.id
        WHERE v.value ~ '^\\s*[\\[{"]' ORDER BY 1 LIMIT ${someMax}) AS "jsonValues",
      ARRAY(SELECT u.email FROM latest u WHERE u.status = 'active'
        AND u.stytch_member_id IS NOT NULL AND u.email !~ '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$'
        ORDER BY 1 LIMIT ${someMax}) AS "oddEmails"`;
}

/** People who join, return or leave gain or lose all roles at once. That says nothing about the mapping, so they are left out. */
function readRoleHistory(database: Database, teamId: string) {
  return database.$queryRaw<[Pick<MisconfigurationSigns, 'peopleWithAddedRoles' | 'rolesTakenAway'>]>`
    WITH latest AS (
      SELECT user_id, changes FROM sync_events
      WHERE team_id = ${teamId}::uuid AND outcome = 'changed' AND applied_at >= COALESCE((SELECT max(created_at)
        FROM scim_connections WHERE team_id = ${teamId}::uuid AND status = 'active'), '-infinity')
      ORDER BY id DESC LIMIT ${eventsMax}
    ), staying AS (
      SELECT * FROM latest WHERE NOT changes @? '$[*] ? (@.type == "user_created" || @.type == "user_linked"
        || @.type == "user_reactivated" || @.type == "user_deactivated")'
    )
    SELECT
      count(DISTINCT s.user_id) FILTER (WHERE s.changes @? '$[*] ? (@.type == "idp_role_value_added" && @.via == "roles")'
        AND (SELECT count(*) FROM idp_role_values v WHERE v.user_id = s.user_id AND v.via = 'roles') > 1
      )::int AS "peopleWithAddedRoles",
      count(*) FILTER (WHERE s.changes @? '$[*] ? (@.type == "idp_role_value_removed" && @.via == "roles")'
      )::int AS "rolesTakenAway"
    FROM staying s`;
}

function readSharedExternalIds(database: Database, teamId: string) {
  return database.$queryRaw<{ externalId: string; emails: string[] }[]>`
    SELECT scim_external_id AS "externalId", (array_agg(email ORDER BY email))[1:${someMax}::int] AS emails
    FROM users WHERE team_id = ${teamId}::uuid AND status = 'active' AND scim_external_id IS NOT NULL
    GROUP BY scim_external_id HAVING count(*) > 1 ORDER BY 1 LIMIT ${someMax}`;
}

/** Empty when Stytch is unavailable: this is only advice, and the page shows more than this. */
async function readOddUserNames({ database, getMember }: SignsDependencies, teamId: string): Promise<string[]> {
  const latest = await database.user.findMany({
    where: { teamId, status: 'active', stytchMemberId: { not: null } },
    orderBy: { updatedAt: 'desc' },
    select: { stytchMemberId: true },
    take: membersReadMax,
  });
  const members = await Promise.all(
    latest.map(({ stytchMemberId }) => getMember(stytchMemberId ?? '').catch(() => null)),
  );
  const userNames = members.map(
    (member) => asRecord(asRecord(asRecord(member).scim_registration).scim_attributes).user_name,
  );
  return userNames.filter(
    (name): name is string => typeof name === 'string' && name !== '' && !/^\S+@\S+\.\S+$/.test(name),
  );
}
