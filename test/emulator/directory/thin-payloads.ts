/** The objects in webhooks as the event catalogue shows them: smaller than the API's. */

/** The keys of the published example; the API's Member has seven more. */
export const thinMember = (member: object): object => pick(member, THIN_MEMBER);

/** INFERRED: no example of an organization event is published. */
export const thinOrganization = (organization: object): object => pick(organization, THIN_ORGANIZATION);

function pick(object: object, keys: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(object).filter(([key]) => keys.has(key)));
}

const THIN_MEMBER: ReadonlySet<string> = new Set([
  'default_mfa_method',
  'email_address',
  'email_address_verified',
  'is_admin',
  'is_breakglass',
  'member_id',
  'member_password_id',
  'mfa_enrolled',
  'mfa_phone_number',
  'mfa_phone_number_verified',
  'name',
  'oauth_registrations',
  'organization_id',
  'roles',
  'sso_registrations',
  'status',
  'totp_registration_id',
  'trusted_metadata',
  'untrusted_metadata',
]);

const THIN_ORGANIZATION: ReadonlySet<string> = new Set([
  'organization_id',
  'organization_name',
  'organization_slug',
  'organization_logo_url',
  'sso_jit_provisioning',
  'sso_jit_provisioning_allowed_connections',
  'sso_active_connections',
  'email_allowed_domains',
  'email_jit_provisioning',
  'email_invites',
  'auth_methods',
  'allowed_auth_methods',
  'mfa_policy',
  'rbac_email_implicit_role_assignments',
  'mfa_methods',
  'allowed_mfa_methods',
  'oauth_tenant_jit_provisioning',
  'trusted_metadata',
]);
