import { lockRows, sql, type Transaction } from '../../database/database.js';
import { type Instant, instantOf } from '../../directory/instant.js';
import type { RoleValue } from '../../directory/role-values.js';
import {
  type CurrentUser,
  externalIdKey,
  type Grant,
  type Reading,
  type ScimRole,
  type World,
} from '../../directory/world.js';

/** A row was linked to another member between two statements. The transaction has to be repeated. */
export class Contested extends Error {
  override name = 'Contested';
}

/** These users together have too many role values to load at once. Fewer users have to be planned together. */
export class TooHeavy extends Error {
  override name = 'TooHeavy';
}

/** Role values in one transaction; each takes about 200 bytes of memory. A single user is always loaded. */
const roleValuesAtOnce = 40_000;

/**
 * Reads and locks the rows that a plan for these readings needs. The lock of the team protects which row a member has; the lock
 * of the row protects its content. Locks are always taken in the same order (teams by id, users by age), so transactions can't
 * deadlock.
 * @throws Contested, TooHeavy
 */
export async function loadWorld(tx: Transaction, readings: readonly Reading[]): Promise<World> {
  const memberIds = readings.map(({ member }) => member.memberId);
  const teamByOrganization = await loadTeams(tx, readings);
  const known = await loadKnownMembers(tx, memberIds);
  const newcomers = newcomersAmong(readings, teamByOrganization, known);
  if (newcomers.length > 0) await lockTeams(tx, newcomers);
  const sharedExternalIds = await loadSharedExternalIds(tx, newcomers);
  const rows = await loadUsers(tx, memberIds, withoutSharedIds(newcomers, sharedExternalIds));
  const found = new Set(rows.map((row) => row.memberId));
  if ([...known.keys()].some((memberId) => !found.has(memberId))) {
    throw new Contested('A user was linked to another member at the same time. It will be tried again.');
  }
  const users = await withHoldings(tx, rows);
  const teamIds = new Set([...rows.map(({ teamId }) => teamId), ...newcomers.map(({ team_id }) => team_id)]);
  const scimRoles = await loadScimRoles(tx, [...teamIds]);
  const strangersGoneAt = await loadStrangersGoneAt(tx, newcomers);
  return { teamByOrganization, users, scimRoles, sharedExternalIds, strangersGoneAt };
}

/** Users by id, locked in the same order, for changes that need no reading. @throws TooHeavy */
export async function loadUsersById(tx: Transaction, userIds: readonly string[]): Promise<CurrentUser[]> {
  const rows = await tx.$queryRaw<UserRow[]>`
    SELECT ${userColumns} FROM users WHERE id = ANY(${userIds}::uuid[]) ORDER BY created_at, id ${lockRows}`;
  return withHoldings(tx, rows);
}

/** All `scim:` roles of the teams. */
export async function loadScimRoles(tx: Transaction, teamIds: readonly string[]): Promise<ScimRole[]> {
  return tx.$queryRaw<ScimRole[]>`
    SELECT id::text, team_id::text AS "teamId", name FROM roles
    WHERE team_id = ANY(${teamIds}::uuid[]) AND starts_with(name, 'scim:')`;
}

type Newcomer = {
  member_id: string;
  team_id: string;
  external_id: string | null;
  /** In both Unicode forms. An accent may be a separate character, and then the ASCII part differs. */
  email: string;
  decomposed: string;
};
type UserRow = Omit<
  CurrentUser,
  'observedAt' | 'lostAt' | 'roleValues' | 'scimGrants' | 'hasManualGrants' | 'liveKeyIds'
> & { observedAt: string | null; lostAt: string | null; values: number };

const utc = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** A date in the future is impossible: it becomes null, and `isDatedAhead` is true. */
const userColumns = sql.raw(`id::text, team_id::text AS "teamId", stytch_member_id AS "memberId", email, name, status,
  scim_external_id AS "externalId", COALESCE(observed_at > clock_timestamp(), false) AS "isDatedAhead",
  CASE WHEN observed_at <= clock_timestamp() THEN ${utc('observed_at')} END AS "observedAt",
  ${utc('GREATEST(access_lost_at, deactivated_at)')} AS "lostAt",
  (SELECT count(*)::int FROM idp_role_values v WHERE v.user_id = users.id) AS values`);

async function loadTeams(tx: Transaction, readings: readonly Reading[]): Promise<Map<string, string>> {
  const organizationIds = [...new Set(readings.map(({ member }) => member.organizationId).filter((id) => id !== null))];
  const teams = await tx.$queryRaw<{ id: string; organizationId: string }[]>`
    SELECT id::text, stytch_organization_id AS "organizationId" FROM teams
    WHERE stytch_organization_id = ANY(${organizationIds}::text[])`;
  return new Map(teams.map(({ id, organizationId }) => [organizationId, id]));
}

/** Member id -> the team of its row. */
async function loadKnownMembers(tx: Transaction, memberIds: string[]): Promise<Map<string, string>> {
  const rows = await tx.$queryRaw<{ memberId: string; teamId: string }[]>`
    SELECT stytch_member_id AS "memberId", team_id::text AS "teamId" FROM users
    WHERE stytch_member_id = ANY(${memberIds}::text[])`;
  return new Map(rows.map(({ memberId, teamId }) => [memberId, teamId]));
}

function newcomersAmong(
  readings: readonly Reading[],
  teamByOrganization: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, string>,
): Newcomer[] {
  return readings.flatMap(({ member }) => {
    if (member.presence === 'gone') return [];
    const { memberId, organizationId, externalId, email } = member;
    const teamId = teamByOrganization.get(organizationId);
    if (teamId === undefined || known.get(memberId) === teamId) return [];
    const forms = { email: email.normalize('NFC'), decomposed: email.normalize('NFD') };
    return [{ member_id: memberId, team_id: teamId, external_id: externalId, ...forms }];
  });
}

/** The newcomers' external ids that identify nobody. */
async function loadSharedExternalIds(tx: Transaction, newcomers: readonly Newcomer[]): Promise<Set<string>> {
  if (newcomers.length === 0) return new Set();
  const rows = await tx.$queryRaw<{ teamId: string; externalId: string }[]>`
    SELECT s.team_id::text AS "teamId", s.external_id AS "externalId" FROM shared_external_ids s
    JOIN jsonb_to_recordset(${JSON.stringify(newcomers)}::jsonb) AS n(team_id uuid, external_id text)
      USING (team_id, external_id)`;
  return new Set(rows.map(({ teamId, externalId }) => externalIdKey(teamId, externalId)));
}

/** Without the external ids that identify nobody. */
function withoutSharedIds(newcomers: readonly Newcomer[], shared: ReadonlySet<string>): Newcomer[] {
  return newcomers.map((newcomer) => {
    const { team_id, external_id } = newcomer;
    const isShared = external_id !== null && shared.has(externalIdKey(team_id, external_id));
    return isShared ? { ...newcomer, external_id: null } : newcomer;
  });
}

/**
 * When a member without a row last lost access, so that a search that lags does not create the user: an event said that it is
 * gone, or its row was deactivated and belongs to another member now, because the person came back as that one.
 */
async function loadStrangersGoneAt(tx: Transaction, newcomers: readonly Newcomer[]): Promise<Map<string, Instant>> {
  if (newcomers.length === 0) return new Map();
  const memberIds = newcomers.map(({ member_id }) => member_id);
  const rows = await tx.$queryRaw<{ memberId: string; at: string }[]>`
    SELECT "memberId", ${sql.raw(utc('max(applied_at)'))} AS at FROM (
      SELECT stytch_member_id AS "memberId", applied_at FROM sync_events
      WHERE stytch_member_id = ANY(${memberIds}::text[]) AND user_id IS NULL AND outcome = 'unknown_member'
      UNION ALL
      SELECT stytch_member_id, applied_at FROM sync_events
      WHERE stytch_member_id = ANY(${memberIds}::text[]) AND changes @> '[{"type":"user_deactivated"}]'::jsonb
    ) gone GROUP BY 1`;
  return new Map(rows.map(({ memberId, at }) => [memberId, instantOf(at)]));
}

async function lockTeams(tx: Transaction, newcomers: readonly Newcomer[]): Promise<void> {
  const teamIds = [...new Set(newcomers.map(({ team_id }) => team_id))];
  await tx.$queryRaw`SELECT id::text FROM teams WHERE id = ANY(${teamIds}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
}

/**
 * More rows with one external id do not change the decision: two active rows share it, and of several former ones only the row
 * with the newcomer's e-mail counts. A team may have thousands of users with the external id `N/A`.
 */
const rowsPerExternalId = 3;

/** The members' own rows, and the candidates for newcomers: same external id, or same e-mail and no member. */
async function loadUsers(tx: Transaction, memberIds: string[], newcomers: readonly Newcomer[]): Promise<UserRow[]> {
  return tx.$queryRaw<UserRow[]>`
    WITH newcomer AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(newcomers)}::jsonb)
        AS n(team_id uuid, external_id text, email text, decomposed text)
    ), candidate AS (
      SELECT id FROM users WHERE stytch_member_id = ANY(${memberIds}::text[])
      UNION
      SELECT same.id FROM newcomer n CROSS JOIN LATERAL (
        SELECT u.id FROM users u WHERE u.team_id = n.team_id AND u.scim_external_id = n.external_id
        ORDER BY u.status = 'active' DESC, email_key(u.email) = email_key(n.email) DESC, u.created_at, u.id
        LIMIT ${rowsPerExternalId}
      ) same
      UNION
      SELECT u.id FROM newcomer n JOIN users u ON u.team_id = n.team_id
        AND email_key(u.email) IN (email_key(n.email), email_key(n.decomposed))
      WHERE u.stytch_member_id IS NULL
    )
    SELECT ${userColumns} FROM users WHERE id IN (SELECT id FROM candidate)
    ORDER BY created_at, id ${lockRows}`;
}

/** Adds values, grants and keys, with one statement and one row for each user. Read after the lock, so they are current. */
async function withHoldings(tx: Transaction, rows: readonly UserRow[]): Promise<CurrentUser[]> {
  const values = rows.reduce((sum, row) => sum + row.values, 0);
  if (values > roleValuesAtOnce && rows.length > 1)
    throw new TooHeavy(`${rows.length} users have ${values} role values, too many to load at once.`);
  const userIds = rows.map(({ id }) => id);
  const holdings = await tx.$queryRaw<Holdings[]>`
    SELECT u.id::text,
      (SELECT jsonb_agg(jsonb_build_object('value', v.value, 'via', v.via)) FROM idp_role_values v
        WHERE v.user_id = u.id) AS "roleValues",
      (SELECT jsonb_agg(jsonb_build_object('roleId', g.role_id, 'role', r.name)) FROM role_grants g
        JOIN roles r ON r.id = g.role_id WHERE g.user_id = u.id AND g.source = 'scim') AS "scimGrants",
      EXISTS (SELECT 1 FROM role_grants g WHERE g.user_id = u.id AND g.source = 'manual') AS "hasManualGrants",
      (SELECT jsonb_agg(k.id) FROM api_keys k WHERE k.owner_user_id = u.id AND k.revoked_at IS NULL) AS "liveKeyIds"
    FROM users u WHERE u.id = ANY(${userIds}::uuid[])`;
  const byUser = new Map(holdings.map((held) => [held.id, held]));
  return rows.map(({ values: _, ...row }) => {
    const held = byUser.get(row.id);
    return {
      ...row,
      observedAt: row.observedAt === null ? null : instantOf(row.observedAt),
      lostAt: row.lostAt === null ? null : instantOf(row.lostAt),
      roleValues: held?.roleValues ?? [],
      scimGrants: held?.scimGrants ?? [],
      hasManualGrants: held?.hasManualGrants ?? false,
      liveKeyIds: held?.liveKeyIds ?? [],
    };
  });
}

type Holdings = {
  id: string;
  roleValues: RoleValue[] | null;
  scimGrants: Grant[] | null;
  hasManualGrants: boolean;
  liveKeyIds: string[] | null;
};
