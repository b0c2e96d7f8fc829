/** What the emulator remembers, in Stytch's words; what the API answers is rendered from it. */
import type { Member, Organization } from 'stytch';

/** `scim_active_connection` and `custom_roles` live elsewhere and are added when an organization is rendered. */
export type OrganizationRecord = Readonly<Omit<Organization, 'scim_active_connection' | 'custom_roles'>>;

type MemberField =
  | 'organization_id'
  | 'member_id'
  | 'email_address'
  | 'email_address_verified'
  | 'status'
  | 'name'
  | 'is_breakglass'
  | 'mfa_enrolled'
  | 'mfa_phone_number'
  | 'default_mfa_method'
  | 'retired_email_addresses'
  | 'trusted_metadata'
  | 'untrusted_metadata'
  | 'created_at'
  | 'updated_at';

/** Never changed in place: every change saves a new record. */
export interface MemberRecord extends Readonly<Required<Pick<Member, MemberField>>> {
  readonly external_id: string | null;
  /** Without stytch_member, which everybody has. */
  readonly direct_roles: readonly string[];
  readonly scim: ScimRegistrationRecord | null;
  /** What a test planted into the answers about this member; `undefined` inside removes a key. */
  readonly planted: Patch | null;
}

export type Patch = { readonly [key: string]: unknown };

export interface ScimRegistrationRecord {
  readonly connection_id: string;
  readonly registration_id: string;
  readonly user: ScimUser;
  /** DELETEd over SCIM: the IdP cannot find the user any more. */
  readonly removed: boolean;
}

/** A SCIM User as the IdP sent it, without what the server owns (id, meta, groups). */
export interface ScimUser {
  readonly userName: string;
  readonly active: boolean;
  readonly [attribute: string]: unknown;
}

export interface GroupRecord {
  readonly group_id: string;
  readonly group_name: string;
  readonly organization_id: string;
  readonly connection_id: string;
  readonly external_id: string | null;
}

export interface ConnectionRecord {
  readonly organization_id: string;
  readonly connection_id: string;
  readonly display_name: string;
  readonly identity_provider: string;
  readonly bearer_token: string;
  readonly bearer_token_expires_at: string;
  readonly next_bearer_token: string | null;
  readonly next_bearer_token_expires_at: string | null;
  readonly role_assignments: readonly { readonly group_id: string; readonly role_id: string }[];
}

/** Deleted, under either of the two names that Stytch's documents give it. */
export function isDeleted(member: Pick<MemberRecord, 'status'>): boolean {
  return member.status === 'deleted' || member.status === 'deactivated';
}

/** Gone for the IdP: deleted, or still there but no longer active in SCIM. */
export function isDeprovisioned(member: MemberRecord): boolean {
  return isDeleted(member) || member.scim?.user.active === false;
}
