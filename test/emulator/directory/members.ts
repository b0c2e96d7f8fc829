/** What the B2B API and the dashboard do to members. */
import { apiError } from '../api/errors.js';
import { newId } from '../ids.js';
import { isDeleted, type MemberRecord } from '../store/records.js';
import { seconds } from '../timestamps.js';
import type { World } from '../world.js';
import { assertEmailFree, withEmail } from './emails.js';
import { emitMember, type Source } from './events.js';
import { assertMetadata } from './metadata.js';
import { roleExists } from './rbac.js';

export interface MemberFields {
  readonly name?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly external_id?: string | undefined;
  readonly trusted_metadata?: Record<string, unknown> | undefined;
  readonly untrusted_metadata?: Record<string, unknown> | undefined;
  readonly is_breakglass?: boolean | undefined;
  readonly mfa_phone_number?: string | undefined;
  readonly mfa_enrolled?: boolean | undefined;
  readonly default_mfa_method?: string | undefined;
}

export interface NewMember extends MemberFields {
  readonly email_address: string;
  readonly status?: 'active' | 'pending' | 'invited';
  readonly email_address_verified?: boolean;
}

export function createMember(world: World, organizationId: string, member: NewMember, source: Source): MemberRecord {
  assertEmailFree(world, organizationId, member.email_address);
  const record = withFields(world, blankMember(world, organizationId, member.email_address), member);
  const { status = 'active', email_address_verified = false } = member;
  return save(world, { ...record, status, email_address_verified }, source, 'CREATE');
}

export function updateMember(
  world: World,
  before: MemberRecord,
  fields: MemberFields & { readonly email_address?: string | undefined; readonly unlink_email?: boolean | undefined },
  source: Source,
): MemberRecord {
  const email = fields.email_address ?? before.email_address;
  const renamed = withEmail(world, before, email, fields.unlink_email);
  return save(world, withFields(world, renamed, fields), source, 'UPDATE');
}

export function deleteMember(world: World, member: MemberRecord, source: Source): void {
  world.sessions.revokeAllOf(member.member_id);
  save(world, { ...member, status: 'deleted', direct_roles: [] }, source, 'DELETE');
}

export function reactivateMember(world: World, member: MemberRecord, source: Source): MemberRecord {
  if (!isDeleted(member)) throw apiError('no_deleted_member_found_for_reactivation');
  if (!member.email_address_verified) throw apiError('email_unverified_for_reactivation');
  if (world.store.members.byEmail(member.organization_id, member.email_address) !== undefined) {
    throw apiError('reactivation_email_belongs_to_another_member');
  }
  // INFERRED: a SCIM registration becomes active with its member.
  const scim = member.scim === null ? null : { ...member.scim, user: { ...member.scim.user, active: true } };
  return save(world, { ...member, status: 'active', scim }, source, 'UPDATE');
}

export function save(
  world: World,
  member: MemberRecord,
  source: Source,
  action: 'CREATE' | 'UPDATE' | 'DELETE',
): MemberRecord {
  const saved = { ...member, updated_at: seconds() };
  world.store.members.save(saved);
  emitMember(world, source, action, saved);
  return saved;
}

export function blankMember(world: World, organizationId: string, email: string): MemberRecord {
  return {
    organization_id: organizationId,
    member_id: newId('member', world.project.environment),
    email_address: email,
    email_address_verified: false,
    status: 'active',
    name: '',
    is_breakglass: false,
    mfa_enrolled: false,
    mfa_phone_number: '',
    default_mfa_method: '',
    retired_email_addresses: [],
    trusted_metadata: {},
    untrusted_metadata: {},
    created_at: seconds(),
    updated_at: seconds(),
    external_id: null,
    direct_roles: [],
    scim: null,
    planted: null,
  };
}

function withFields(world: World, member: MemberRecord, fields: MemberFields): MemberRecord {
  const { roles, external_id = member.external_id, ...plain } = fields;
  assertMetadata(fields.trusted_metadata, fields.untrusted_metadata);
  assertExternalIdFree(world, member, external_id);
  assertRoles(world, member.organization_id, roles ?? []);
  return {
    ...member,
    name: plain.name ?? member.name,
    trusted_metadata: plain.trusted_metadata ?? member.trusted_metadata,
    untrusted_metadata: plain.untrusted_metadata ?? member.untrusted_metadata,
    is_breakglass: plain.is_breakglass ?? member.is_breakglass,
    mfa_phone_number: plain.mfa_phone_number ?? member.mfa_phone_number,
    mfa_enrolled: plain.mfa_enrolled ?? member.mfa_enrolled,
    default_mfa_method: plain.default_mfa_method ?? member.default_mfa_method,
    external_id,
    // "Will completely replace any existing explicitly assigned roles."
    direct_roles: roles === undefined ? member.direct_roles : [...new Set(roles)],
  };
}

function assertExternalIdFree(world: World, member: MemberRecord, externalId: string | null): void {
  if (externalId === null) return;
  const owner = world.store.members.byExternalId(member.organization_id, externalId);
  if (owner !== undefined && owner.member_id !== member.member_id) throw apiError('duplicate_member_external_id');
}

function assertRoles(world: World, organizationId: string, roles: readonly string[]): void {
  for (const role of roles) {
    if (role === 'stytch_member') throw apiError('cannot_assign_default_rbac_role_id');
    if (!roleExists(world.rbac, organizationId, role)) throw apiError('invalid_rbac_role_id', role);
  }
}
