import type { Transaction } from '../database.js';
import type { Instant } from '../directory/instant.js';
import type { Change, MemberPlan, UserRow } from '../directory/plan.js';

/** A plan that writes, and the fence of its reading. */
export type Write = { plan: Extract<MemberPlan, { decision: 'write' }>; fence: Instant };

/**
 * Writes plans with a few set-based statements, however many members there are. Decides nothing. The rows are locked by
 * loadWorld in the same transaction, so what was planned is still true.
 * @param stampUnchanged also move the fence of users who changed in nothing (a sweep of 100,000 does without)
 */
export async function writePlans(tx: Transaction, writes: readonly Write[], stampUnchanged: boolean): Promise<void> {
  await createUsers(
    tx,
    writes.filter(({ plan }) => plan.row.id === null),
  );
  await updateUsers(
    tx,
    writes.filter(({ plan }) => plan.row.id !== null && plan.changes.length > 0),
  );
  if (stampUnchanged)
    await stampUsers(
      tx,
      writes.filter(({ plan }) => plan.changes.length === 0),
    );
  await removeRoleValues(tx, changesOf(writes, 'idp_role_value_removed'));
  await addRoleValues(tx, changesOf(writes, 'idp_role_value_added'));
  await revokeRoles(tx, changesOf(writes, 'role_revoked'));
  await grantRoles(tx, changesOf(writes, 'role_granted'));
  await revokeKeys(tx, changesOf(writes, 'api_key_revoked'));
}

/** The grants alone, by member id: of members whose rows are locked. */
export async function writeGrants(tx: Transaction, changes: readonly MemberChange[]): Promise<void> {
  await revokeRoles(
    tx,
    changes.filter(({ type }) => type === 'role_revoked'),
  );
  await grantRoles(
    tx,
    changes.filter(({ type }) => type === 'role_granted'),
  );
}

async function createUsers(tx: Transaction, writes: readonly Write[]): Promise<void> {
  if (writes.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO users (team_id, stytch_member_id, email, name, scim_external_id, observed_at)
    SELECT team_id, member_id, email, name, external_id, fence
    FROM jsonb_to_recordset(${JSON.stringify(writes.map(userRecord))}::jsonb)
      AS w(team_id uuid, member_id text, email text, name text, external_id text, fence timestamptz)`;
}

async function updateUsers(tx: Transaction, writes: readonly Write[]): Promise<void> {
  if (writes.length === 0) return;
  await tx.$executeRaw`
    UPDATE users u SET
      stytch_member_id = w.member_id, email = w.email, name = w.name, scim_external_id = w.external_id,
      status = w.status, observed_at = w.fence, updated_at = now(),
      deactivated_at = CASE WHEN w.status = 'active' THEN NULL ELSE COALESCE(u.deactivated_at, now()) END
    FROM jsonb_to_recordset(${JSON.stringify(writes.map(userRecord))}::jsonb)
      AS w(id uuid, member_id text, email text, name text, external_id text, status text, fence timestamptz)
    WHERE u.id = w.id AND (u.observed_at IS NULL OR u.observed_at < w.fence)`;
}

/** Only the fence moves: what was read is what the row says, and an older read must not undo it. */
async function stampUsers(tx: Transaction, writes: readonly Write[]): Promise<void> {
  if (writes.length === 0) return;
  await tx.$executeRaw`
    UPDATE users u SET observed_at = w.fence
    FROM jsonb_to_recordset(${JSON.stringify(writes.map(userRecord))}::jsonb) AS w(id uuid, fence timestamptz)
    WHERE u.id = w.id AND (u.observed_at IS NULL OR u.observed_at < w.fence)`;
}

async function removeRoleValues(tx: Transaction, changes: readonly MemberChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.$executeRaw`
    DELETE FROM idp_role_values v
    USING jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) AS c(member_id text, value text, via text), users u
    WHERE u.stytch_member_id = c.member_id AND v.user_id = u.id AND v.value = c.value AND v.via = c.via`;
}

async function addRoleValues(tx: Transaction, changes: readonly MemberChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO idp_role_values (user_id, value, via)
    SELECT u.id, c.value, c.via
    FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) AS c(member_id text, value text, via text)
    JOIN users u ON u.stytch_member_id = c.member_id
    ON CONFLICT DO NOTHING`;
}

async function revokeRoles(tx: Transaction, changes: readonly MemberChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.$executeRaw`
    DELETE FROM role_grants g
    USING jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) AS c(member_id text, "roleId" uuid), users u
    WHERE u.stytch_member_id = c.member_id AND g.user_id = u.id AND g.role_id = c."roleId" AND g.source = 'scim'`;
}

/**
 * Grants only roles that still have the name they were planned for, held still (FOR SHARE) until the commit: a role that
 * is renamed or deleted at this very moment is not granted, and one of another team never.
 */
async function grantRoles(tx: Transaction, changes: readonly MemberChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.$executeRaw`
    WITH change AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) AS c(member_id text, "roleId" uuid, role text)
    ), held AS MATERIALIZED (
      SELECT id, team_id, name FROM roles WHERE id IN (SELECT "roleId" FROM change) ORDER BY id FOR SHARE
    )
    INSERT INTO role_grants (user_id, role_id, source)
    SELECT u.id, held.id, 'scim' FROM change c
    JOIN users u ON u.stytch_member_id = c.member_id
    JOIN held ON held.id = c."roleId" AND held.name = c.role AND held.team_id = u.team_id
    ON CONFLICT DO NOTHING`;
}

async function revokeKeys(tx: Transaction, changes: readonly MemberChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.$executeRaw`
    UPDATE api_keys k SET revoked_at = now(), revoked_reason = 'SCIM: its owner was deactivated'
    FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) AS c("keyId" uuid)
    WHERE k.id = c."keyId" AND k.revoked_at IS NULL`;
}

export type MemberChange = Change & { member_id: string };

function changesOf(writes: readonly Write[], type: Change['type']): MemberChange[] {
  return writes.flatMap(({ plan }) =>
    plan.changes
      .filter((change) => change.type === type)
      .map((change) => ({ ...change, member_id: plan.row.memberId })),
  );
}

function userRecord({ plan, fence }: Write) {
  const row: UserRow = plan.row;
  const { id, teamId, memberId, email, name, externalId, status } = row;
  return { id, team_id: teamId, member_id: memberId, email, name, external_id: externalId, status, fence };
}
