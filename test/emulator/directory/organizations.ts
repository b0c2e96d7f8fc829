/** Creates, updates and deletes organizations. */
import { apiError } from '../errors.js';
import { alphanumeric, newId } from '../ids.js';
import type { OrganizationRecord } from '../store/records.js';
import { seconds } from '../timestamps.js';
import type { World } from '../world.js';
import { emitMember, emitOrganization, type Source } from './events.js';
import { assertMetadata } from './metadata.js';

export type OrganizationFields = Partial<Omit<OrganizationRecord, 'organization_id' | 'created_at' | 'updated_at'>>;

export function createOrganization(world: World, fields: OrganizationFields, source: Source): OrganizationRecord {
  if (!fields.organization_name) throw apiError('organization_name_missing');
  assertMetadata(fields.trusted_metadata);
  const now = seconds();
  const organization: OrganizationRecord = {
    ...DEFAULTS,
    ...fields,
    organization_id: newId('organization', world.project.environment),
    organization_name: fields.organization_name,
    organization_slug: freeSlug(world, fields.organization_slug ?? slugOf(world, fields.organization_name)),
    created_at: now,
    updated_at: now,
  };
  world.store.organizations.save(organization);
  emitOrganization(world, source, 'CREATE', organization);
  return organization;
}

export function updateOrganization(
  world: World,
  before: OrganizationRecord,
  fields: OrganizationFields,
  source: Source,
): OrganizationRecord {
  assertMetadata(fields.trusted_metadata);
  const slug = fields.organization_slug;
  if (slug !== undefined && slug !== before.organization_slug) freeSlug(world, slug);
  const after = { ...before, ...fields, updated_at: seconds() };
  if (fields.rbac_email_implicit_role_assignments !== undefined) touchMembers(world, before.organization_id);
  world.store.organizations.save(after);
  emitOrganization(world, source, 'UPDATE', after);
  return after;
}

/** "All Members of the Organization will also be deleted": they are gone, not kept with status deleted (INFERRED). */
export function deleteOrganization(world: World, organization: OrganizationRecord, source: Source): void {
  const { store, switches } = world;
  const { organization_id } = organization;
  for (const memberId of store.members.idsOf(organization_id)) {
    const member = store.members.get(memberId);
    world.sessions.revokeAllOf(memberId);
    store.members.remove(memberId);
    if (member !== undefined && switches.organizationDeletionEmitsMembers) emitMember(world, source, 'DELETE', member);
  }
  const connection = store.connections.of(organization_id);
  for (const group of store.groups.inConnection(connection?.connection_id ?? '')) store.groups.remove(group.group_id);
  if (connection !== undefined) store.connections.remove(connection.connection_id);
  store.organizationRoles.delete(organization_id);
  store.organizations.remove(organization_id);
  emitOrganization(world, source, 'DELETE', organization);
}

/** Their e-mail roles are about to change. */
function touchMembers(world: World, organizationId: string): void {
  for (const memberId of world.store.members.idsOf(organizationId)) {
    const member = world.store.members.get(memberId);
    if (member !== undefined) world.store.members.save(member);
  }
}

function freeSlug(world: World, slug: string): string {
  if (!/^[\w.~-]{2,128}$/.test(slug)) throw apiError('invalid_organization_slug');
  if (world.store.organizations.find(slug) !== undefined) throw apiError('organization_slug_already_used');
  return slug;
}

/** INFERRED: how Stytch makes a slug from a name, and that it makes it unique. */
function slugOf(world: World, name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 120)
    .padEnd(2, '-');
  return world.store.organizations.find(slug) === undefined ? slug : `${slug}-${alphanumeric(6)}`;
}

const DEFAULTS = {
  organization_logo_url: '',
  trusted_metadata: {},
  sso_jit_provisioning: 'ALL_ALLOWED',
  sso_jit_provisioning_allowed_connections: [],
  sso_active_connections: [],
  email_allowed_domains: [],
  email_jit_provisioning: 'NOT_ALLOWED',
  email_invites: 'ALL_ALLOWED',
  auth_methods: 'ALL_ALLOWED',
  allowed_auth_methods: [],
  mfa_policy: 'OPTIONAL',
  rbac_email_implicit_role_assignments: [],
  mfa_methods: 'ALL_ALLOWED',
  allowed_mfa_methods: [],
  oauth_tenant_jit_provisioning: 'NOT_ALLOWED',
  claimed_email_domains: [],
  first_party_connected_apps_allowed_type: 'ALL_ALLOWED',
  allowed_first_party_connected_apps: [],
  third_party_connected_apps_allowed_type: 'ALL_ALLOWED',
  allowed_third_party_connected_apps: [],
} satisfies Partial<OrganizationRecord>;
