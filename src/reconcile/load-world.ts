import { type Database, lockRows, sql, type Transaction } from '../database.js';
import { instantOf } from '../directory/instant.js';
import type { RoleValue } from '../directory/role-values.js';
import type { CurrentUser, Grant, Reading, ScimRole, World } from '../directory/world.js';

/** A member's row changed hands between two statements; the same transaction again will see clearly. */
export class Contested extends Error {
  override name = 'Contested';
}

/**
 * Reads and locks the rows that a plan for these readings starts from. Which row a member is, is decided under the lock
 * of its team; what the row says, under the lock of the row. Locks are always taken in the same order (teams by id,
 * users by age), so two transactions can wait for each other but never in a circle.
 * @throws Contested
 */
export async function loadWorld(tx: Transaction, readings: readonly Reading[]): Promise<World> {
  return load(tx, readings, { locked: true });
}

/**
 * The same without a lock, for comparing: even a row lock is a write. What it shows may be gone a moment later, so nothing
 * is ever written by it.
 */
export async function viewWorld(database: Database, readings: readonly Reading[]): Promise<World> {
  return load(database, readings, { locked: false });
}

/** Users by their ids, locked in the same order, for when the directory has nothing to do with it. */
export async function loadUsersById(tx: Transaction, userIds: readonly string[]): Promise<CurrentUser[]> {
  const rows = await tx.$queryRaw<UserRow[]>`
    SELECT ${userColumns} FROM users WHERE id = ANY(${userIds}::uuid[]) ORDER BY created_at, id ${lockRows}`;
  return withHoldings(tx, rows);
}

export async function loadScimRoles(tx: Transaction, teamIds: readonly string[]): Promise<ScimRole[]> {
  return tx.$queryRaw<ScimRole[]>`
    SELECT id::text, team_id::text AS "teamId", name FROM roles
    WHERE team_id = ANY(${teamIds}::uuid[]) AND starts_with(name, 'scim:')`;
}

type Locking = { locked: boolean };

async function load(tx: Transaction, readings: readonly Reading[], { locked }: Locking): Promise<World> {
  const memberIds = readings.map(({ member }) => member.memberId);
  const teamByOrganization = await loadTeams(tx, readings);
  const known = await loadKnownMembers(tx, memberIds);
  const newcomers = newcomersAmong(readings, teamByOrganization, known);
  if (locked && newcomers.length > 0) await lockTeams(tx, newcomers);
  const rows = await loadUsers(tx, memberIds, newcomers, locked);
  const found = new Set(rows.map((row) => row.memberId));
  if (locked && [...known].some((memberId) => !found.has(memberId))) {
    throw new Contested('A user was linked to another member.');
  }
  const users = await withHoldings(tx, rows);
  const teamIds = new Set([...rows.map(({ teamId }) => teamId), ...newcomers.map(({ team_id }) => team_id)]);
  return { teamByOrganization, users, scimRoles: await loadScimRoles(tx, [...teamIds]) };
}

type Newcomer = { team_id: string; external_id: string | null; email: string };
type UserRow = Omit<CurrentUser, 'observedAt' | 'roleValues' | 'scimGrants' | 'liveKeyIds'> & {
  observedAt: string | null;
};

const userColumns = sql.raw(`id::text, team_id::text AS "teamId", stytch_member_id AS "memberId", email, name, status,
  scim_external_id AS "externalId",
  to_char(observed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "observedAt"`);

async function loadTeams(tx: Transaction, readings: readonly Reading[]): Promise<Map<string, string>> {
  const organizationIds = [...new Set(readings.map(({ member }) => member.organizationId).filter((id) => id !== null))];
  const teams = await tx.$queryRaw<{ id: string; organizationId: string }[]>`
    SELECT id::text, stytch_organization_id AS "organizationId" FROM teams
    WHERE stytch_organization_id = ANY(${organizationIds}::text[])`;
  return new Map(teams.map(({ id, organizationId }) => [organizationId, id]));
}

async function loadKnownMembers(tx: Transaction, memberIds: string[]): Promise<Set<string>> {
  const rows = await tx.$queryRaw<{ memberId: string }[]>`
    SELECT stytch_member_id AS "memberId" FROM users WHERE stytch_member_id = ANY(${memberIds}::text[])`;
  return new Set(rows.map(({ memberId }) => memberId));
}

function newcomersAmong(
  readings: readonly Reading[],
  teamByOrganization: ReadonlyMap<string, string>,
  known: ReadonlySet<string>,
): Newcomer[] {
  return readings.flatMap(({ member }) => {
    if (member.presence === 'gone' || known.has(member.memberId)) return [];
    const teamId = teamByOrganization.get(member.organizationId);
    return teamId === undefined ? [] : [{ team_id: teamId, external_id: member.externalId, email: member.email }];
  });
}

async function lockTeams(tx: Transaction, newcomers: readonly Newcomer[]): Promise<void> {
  const teamIds = [...new Set(newcomers.map(({ team_id }) => team_id))];
  await tx.$queryRaw`SELECT id::text FROM teams WHERE id = ANY(${teamIds}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
}

/** The members' own rows, and for newcomers every row they could be: same external id, or same e-mail and nobody's yet. */
async function loadUsers(
  tx: Transaction,
  memberIds: string[],
  newcomers: readonly Newcomer[],
  locked: boolean,
): Promise<UserRow[]> {
  return tx.$queryRaw<UserRow[]>`
    WITH newcomer AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(newcomers)}::jsonb)
        AS n(team_id uuid, external_id text, email text)
    ), candidate AS (
      SELECT id FROM users WHERE stytch_member_id = ANY(${memberIds}::text[])
      UNION
      SELECT u.id FROM newcomer n JOIN users u ON u.team_id = n.team_id AND u.scim_external_id = n.external_id
      UNION
      SELECT u.id FROM newcomer n JOIN users u ON u.team_id = n.team_id AND lower(u.email) = lower(n.email)
      WHERE u.stytch_member_id IS NULL
    )
    SELECT ${userColumns} FROM users WHERE id IN (SELECT id FROM candidate)
    ORDER BY created_at, id ${locked ? lockRows : sql.empty}`;
}

/** Values, grants and keys in one statement and one row a user; read after the lock, so that they are the latest. */
async function withHoldings(tx: Transaction, rows: readonly UserRow[]): Promise<CurrentUser[]> {
  const userIds = rows.map(({ id }) => id);
  const holdings = await tx.$queryRaw<Holdings[]>`
    SELECT u.id::text,
      (SELECT jsonb_agg(jsonb_build_object('value', v.value, 'via', v.via)) FROM idp_role_values v
        WHERE v.user_id = u.id) AS "roleValues",
      (SELECT jsonb_agg(jsonb_build_object('roleId', g.role_id, 'role', r.name)) FROM role_grants g
        JOIN roles r ON r.id = g.role_id WHERE g.user_id = u.id AND g.source = 'scim') AS "scimGrants",
      (SELECT jsonb_agg(k.id) FROM api_keys k WHERE k.owner_user_id = u.id AND k.revoked_at IS NULL) AS "liveKeyIds"
    FROM users u WHERE u.id = ANY(${userIds}::uuid[])`;
  const byUser = new Map(holdings.map((held) => [held.id, held]));
  return rows.map((row) => {
    const held = byUser.get(row.id);
    return {
      ...row,
      observedAt: row.observedAt === null ? null : instantOf(row.observedAt),
      roleValues: held?.roleValues ?? [],
      scimGrants: held?.scimGrants ?? [],
      liveKeyIds: held?.liveKeyIds ?? [],
    };
  });
}

type Holdings = { id: string; roleValues: RoleValue[] | null; scimGrants: Grant[] | null; liveKeyIds: string[] | null };
