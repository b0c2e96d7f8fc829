/** The Member object as the API answers it. */
import type { Member, SCIMAttributes, SCIMRegistration } from 'stytch';
import { isDeleted, type MemberRecord, type ScimRegistrationRecord } from '../store/records.js';
import type { World } from '../world.js';
import { memberRoles } from './member-roles.js';
import { plant } from './plant.js';
import { scimAttributes } from './scim-attributes.js';

/** Optional fields are null on the wire when there is nothing to say. */
export interface MemberView extends Omit<Required<Member>, NullableField> {
  scim_registration: ScimRegistrationView | null;
  external_id: string | null;
  lock_created_at: string | null;
  lock_expires_at: string | null;
}

type NullableField = 'scim_registration' | 'external_id' | 'lock_created_at' | 'lock_expires_at';

export interface ScimRegistrationView extends Omit<SCIMRegistration, 'scim_attributes'> {
  scim_attributes: Partial<SCIMAttributes>;
}

export function memberView(world: World, member: MemberRecord): MemberView {
  const roles = memberRoles(world, member);
  const view: MemberView = {
    organization_id: member.organization_id,
    member_id: member.member_id,
    email_address: member.email_address,
    email_address_verified: member.email_address_verified,
    status: member.status,
    name: member.name,
    sso_registrations: [],
    scim_registration: member.scim === null ? null : registration(world, member, member.scim),
    oauth_registrations: [],
    is_breakglass: member.is_breakglass,
    is_admin: roles.some((role) => role.role_id === 'stytch_admin'),
    is_locked: false,
    member_password_id: '',
    totp_registration_id: '',
    mfa_enrolled: member.mfa_enrolled,
    mfa_phone_number: member.mfa_phone_number,
    mfa_phone_number_verified: false,
    default_mfa_method: member.default_mfa_method,
    retired_email_addresses: member.retired_email_addresses,
    roles,
    trusted_metadata: member.trusted_metadata,
    untrusted_metadata: member.untrusted_metadata,
    created_at: member.created_at,
    updated_at: member.updated_at,
    external_id: member.external_id,
    lock_created_at: null,
    lock_expires_at: null,
  };
  const isNameless = isDeleted(member) && !world.switches.deletedMembersNameOrganization;
  if (isNameless) return plant(view, { organization_id: undefined, ...member.planted });
  return member.planted === null ? view : plant(view, member.planted);
}

function registration(world: World, member: MemberRecord, scim: ScimRegistrationRecord): ScimRegistrationView {
  const groups = world.store.groups.of(member.member_id);
  const attributes = scimAttributes(
    scim.user,
    member.member_id,
    groups.map((group) => ({ value: group.group_id, display: group.group_name })),
  );
  const { jsonStringRoles, omitEmptyScimAttributes, inactiveAs } = world.switches;
  if (jsonStringRoles === 'normalise') attributes.roles = attributes.roles.map(unwrapped);
  const shown = omitEmptyScimAttributes ? withoutEmpty(attributes) : attributes;
  return {
    connection_id: scim.connection_id,
    registration_id: scim.registration_id,
    external_id: attributes.external_id,
    scim_attributes: shown.active === false ? plant(shown, { active: inactiveAs }) : shown,
  };
}

/** `{"value":"{\"value\":\"Admin\"}"}` becomes `{"value":"Admin"}`. */
function unwrapped<R extends { value: string }>(role: R): R {
  if (!role.value.startsWith('{')) return role;
  try {
    const inner: unknown = JSON.parse(role.value);
    const value = typeof inner === 'object' && inner !== null && 'value' in inner ? inner.value : undefined;
    return typeof value === 'string' ? { ...role, value } : role;
  } catch {
    return role;
  }
}

function withoutEmpty(attributes: SCIMAttributes): Partial<SCIMAttributes> {
  const isEmpty = (value: unknown) => value === '' || value === false || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => !isEmpty(value)));
}
