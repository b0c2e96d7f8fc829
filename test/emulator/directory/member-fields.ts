/** The fields that the B2B API and the dashboard may set, and what they may not be. */
import { apiError } from '../errors.js';
import type { MemberRecord } from '../store/records.js';
import type { World } from '../world.js';
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

export function withFields(world: World, member: MemberRecord, fields: MemberFields): MemberRecord {
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
