/** The calls of `organizations`. */
import * as z from 'zod';
import { organizationOf } from '../directory/find.js';
import { organizationView } from '../directory/organization-view.js';
import { createOrganization, deleteOrganization, updateOrganization } from '../directory/organizations.js';
import { isDeleted } from '../store/records.js';
import { type ApiCall, defineCall } from './call.js';
import { organizationSearch } from './organization-search.js';

const texts = z.array(z.string()).optional();
const text = z.string().optional();
const metadata = z.record(z.string(), z.unknown()).optional();

const fields = {
  organization_name: text,
  organization_slug: text,
  organization_logo_url: text,
  organization_external_id: text,
  trusted_metadata: metadata,
  sso_jit_provisioning: text,
  email_allowed_domains: texts,
  email_jit_provisioning: text,
  email_invites: text,
  auth_methods: text,
  allowed_auth_methods: texts,
  mfa_policy: text,
  rbac_email_implicit_role_assignments: z.array(z.strictObject({ domain: z.string(), role_id: z.string() })).optional(),
  mfa_methods: text,
  allowed_mfa_methods: texts,
  oauth_tenant_jit_provisioning: text,
  allowed_oauth_tenants: metadata,
  claimed_email_domains: texts,
  first_party_connected_apps_allowed_type: text,
  allowed_first_party_connected_apps: texts,
  third_party_connected_apps_allowed_type: text,
  allowed_third_party_connected_apps: texts,
};
const organization = z.strictObject({ organization_id: z.string() });

export const organizationCalls: readonly ApiCall[] = [
  defineCall({
    name: 'organizations.create',
    method: 'post',
    path: '/v1/b2b/organizations',
    input: z.strictObject(fields),
    creates: true,
    handle: (world, input) => ({
      organization: organizationView(world, createOrganization(world, withoutUndefined(input), 'DIRECT')),
    }),
  }),
  organizationSearch,
  defineCall({
    name: 'organizations.get',
    method: 'get',
    path: '/v1/b2b/organizations/:organization_id',
    input: organization,
    handle: (world, { organization_id }) => ({
      organization: organizationView(world, organizationOf(world, organization_id)),
    }),
  }),
  defineCall({
    name: 'organizations.update',
    method: 'put',
    path: '/v1/b2b/organizations/:organization_id',
    input: organization.extend({
      ...fields,
      sso_default_connection_id: text,
      sso_jit_provisioning_allowed_connections: texts,
    }),
    handle(world, { organization_id, ...changes }) {
      const before = organizationOf(world, organization_id);
      const after = updateOrganization(world, before, withoutUndefined(changes), 'DIRECT');
      return { organization: organizationView(world, after) };
    },
  }),
  defineCall({
    name: 'organizations.delete',
    method: 'delete',
    path: '/v1/b2b/organizations/:organization_id',
    input: organization,
    permissions: ({ organization_id }) => [{ organization_id, resource_id: 'stytch.organization', action: 'delete' }],
    handle(world, { organization_id }) {
      const record = organizationOf(world, organization_id);
      deleteOrganization(world, record, 'DIRECT');
      return { organization_id: record.organization_id };
    },
  }),
  defineCall({
    name: 'organizations.metrics',
    method: 'get',
    path: '/v1/b2b/organizations/:organization_id/metrics',
    input: organization,
    handle(world, { organization_id }) {
      const ids = world.store.members.idsOf(organizationOf(world, organization_id).organization_id);
      const members = ids.flatMap((id) => world.store.members.get(id) ?? []);
      return { member_count: members.filter((member) => !isDeleted(member)).length };
    },
  }),
];

type Defined<T> = { [key in keyof T]?: Exclude<T[key], undefined> };

/** The SDK leaves absent fields undefined; zod keeps such keys. */
function withoutUndefined<T extends object>(input: T): Defined<T> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Defined<T>;
}
