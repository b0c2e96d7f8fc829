import type { Transaction } from '../../database/database.js';
import type { Change } from '../../directory/change.js';
import { revokesAccess } from '../../directory/evidence.js';
import type { Instant } from '../../directory/instant.js';
import type { MemberPlan, UserRow } from '../../directory/plan-types.js';

/** A plan to write, and the date of its reading. */
export type Write = { plan: Extract<MemberPlan, { decision: 'write' }>; date: Instant };

/**
 * Writes plans with a few set-based statements, for any number of members. Decides nothing. loadWorld has locked the rows in the
 * same transaction, so the plans still apply.
 * @param stampUnchanged also update `observed_at` of users without changes
 */
export async function writePlans(tx: Transaction, writes: readonly Write[], stampUnchanged: boolean): Promise<void> {
  const created = writes.filter(({ plan }) => plan.row.id === null);
  await releaseMembers(tx, created);
  await createUsers(tx, created);
  const updated = writes.filter(({ plan }) => plan.row.id !== null && plan.changes.length > 0);
  await updateUsers(tx, updated);
  const unchanged = stampUnchanged ? writes.filter(({ plan }) => plan.changes.length === 0) : [];
  await stampUsers(tx, unchanged);
  await noteSharedExternalIds(tx, writes);
  await requestSessionRevocation(tx, writes);
  await removeRoleValues(tx, changesOf(writes, 'idp_role_value_removed'));
  await addRoleValues(tx, changesOf(writes, 'idp_role_value_added'));
  await revokeRoles(tx, changesOf(writes, 'role_revoked'));
  await grantRoles(tx, changesOf(writes, 'role_granted'));
  await revokeKeys(tx, changesOf(writes, 'api_key_revoked'));
}

/** Writes changes of grants only. The members' rows must be locked. */
export async function writeGrants(tx: Transaction, changes: readonly MemberChange[]): Promise<void> {
  const revoked = changes.filter(({ type }) => type === 'role_revoked');
  const granted = changes.filter(({ type }) => type === 'role_granted');
  await revokeRoles(tx, revoked);
  await grantRoles(tx, granted);
}

/** For a member who moved to another organization: the deactivated row in the former team stays, without the member id. */
async function releaseMembers(tx: Transaction, writes: readonly Write[]): Promise<void> {
  if (writes.length === 0) return;
  await tx.$executeRaw`
    UPDATE users u SET stytch_member_id = NULL, updated_at = now()
    FROM jsonb_to_recordset(${JSON.stringify(writes.map(userRecord))}::jsonb) AS w(team_id uuid, member_id text)
    WHERE u.stytch_member_id = w.member_id AND u.team_id <> w.team_id AND u.status = 'deactivated'`;
}

async function createUsers(tx: Transaction, writes: readonly Write[]): Promise<void> {
  if (writes.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO users (team_id, stytch_member_id, email, name, scim_external_id, observed_at)
    SELECT team_id, member_id, email, name, external_id, date
    FROM jsonb_to_recordset(${JSON.stringify(writes.map(userRecord))}::jsonb)
      AS w(team_id uuid, member_id text, email text, name text, external_id text, date timestamptz)`;
}

async function updateUsers(tx: Transaction, writes: readonly Write[]): Promise<void> {
  if (writes.length === 0) return;
  await tx.$executeRaw`
    UPDATE users u SET
      stytch_member_id = w.member_id, email = w.email, name = w.name, scim_external_id = w.external_id,
      status = w.status, observed_at = w.date, updated_at = now(),
      deactivated_at = CASE WHEN w.status = 'active' THEN NULL ELSE COALESCE(u.deactivated_at, now()) END,
      access_lost_at = CASE WHEN w.loses THEN clock_timestamp() ELSE u.access_lost_at END
    FROM jsonb_to_recordset(${JSON.stringify(writes.map(userRecord))}::jsonb)
      AS w(id uuid, member_id text, email text, name text, external_id text, status text, date timestamptz, loses boolean)
    WHERE u.id = w.id`;
}

/** Updates only the date, so that an older read can't undo this one. A date in the future is impossible, and is replaced. */
async function stampUsers(tx: Transaction, writes: readonly Write[]): Promise<void> {
  if (writes.length === 0) return;
  await tx.$executeRaw`
    UPDATE users u SET observed_at = w.date
    FROM jsonb_to_recordset(${JSON.stringify(writes.map(userRecord))}::jsonb) AS w(id uuid, date timestamptz)
    WHERE u.id = w.id AND (u.observed_at IS NULL OR u.observed_at < w.date OR u.observed_at > clock_timestamp())`;
}

/** Records an external id that two active users of a team have. From now on it identifies nobody. */
async function noteSharedExternalIds(tx: Transaction, writes: readonly Write[]): Promise<void> {
  const written = writes.filter(({ plan: { row, changes } }) => row.externalId !== null && changes.some(mayShare));
  if (written.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO shared_external_ids (team_id, external_id)
    SELECT team_id, external_id FROM (
      SELECT DISTINCT team_id, external_id
      FROM jsonb_to_recordset(${JSON.stringify(written.map(userRecord))}::jsonb) AS w(team_id uuid, external_id text)
    ) w
    WHERE 1 < (SELECT count(*) FROM (
      SELECT 1 FROM users u WHERE u.team_id = w.team_id AND u.scim_external_id = w.external_id AND u.status = 'active'
        AND u.stytch_member_id IS NOT NULL LIMIT 2) holders)
    ORDER BY 1, 2 ON CONFLICT DO NOTHING`;
}

function mayShare(change: Change): boolean {
  if (change.type === 'user_updated') return change.fields.includes('externalId');
  return ['user_created', 'user_linked', 'user_reactivated'].includes(change.type);
}

/**
 * Requests that the sessions of deactivated members be ended after the commit. The request is part of the transaction, so it
 * is not lost if the process dies.
 */
async function requestSessionRevocation(tx: Transaction, writes: readonly Write[]): Promise<void> {
  const memberIds = changesOf(writes, 'user_deactivated')
    .filter(mayHaveSessions)
    .map(({ member_id }) => member_id);
  if (memberIds.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO session_revocations (stytch_member_id, user_id)
    SELECT stytch_member_id, id FROM users WHERE stytch_member_id = ANY(${memberIds}::text[]) ORDER BY 1
    ON CONFLICT (stytch_member_id) DO UPDATE SET since = now(), tries = 0, retry_at = now()`;
}

/** Stytch has no sessions for an unknown member. The sessions of another organization's member are not ours to end. */
function mayHaveSessions(change: MemberChange): boolean {
  return change.type === 'user_deactivated' && ['says_gone', 'signed_event'].includes(change.because);
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
 * Grants only roles that still have the planned name, and locks them (FOR SHARE) until the commit. So a role that is renamed or
 * deleted at the same time is not granted, nor is a role of another team.
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

/** Revokes the API keys of `api_key_revoked` changes. */
export async function revokeKeys(tx: Transaction, changes: readonly MemberChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.$executeRaw`
    UPDATE api_keys k SET revoked_at = now(), revoked_reason = 'SCIM: its owner was deactivated'
    FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) AS c("keyId" uuid)
    WHERE k.id = c."keyId" AND k.revoked_at IS NULL`;
}

/** A change, with the member whose user it changes. */
export type MemberChange = Change & { member_id: string };

function changesOf(writes: readonly Write[], type: Change['type']): MemberChange[] {
  return writes.flatMap(({ plan }) =>
    plan.changes
      .filter((change) => change.type === type)
      .map((change) => ({ ...change, member_id: plan.row.memberId })),
  );
}

function userRecord({ plan, date }: Write) {
  const row: UserRow = plan.row;
  const { id, teamId, memberId, email, name, externalId, status } = row;
  const loses = plan.changes.some(revokesAccess);
  return { id, team_id: teamId, member_id: memberId, email, name, external_id: externalId, status, date, loses };
}
