/** The calls of `rbac`. */
import type { PolicyRole } from 'stytch';
import * as z from 'zod';
import { organizationOf } from '../directory/find.js';
import { apiError } from '../errors.js';
import type { World } from '../world.js';
import { type ApiCall, defineCall } from './call.js';

const organization = z.strictObject({ organization_id: z.string() });
const roleShape = z.strictObject({
  role_id: z.string(),
  description: z.string(),
  permissions: z.array(z.strictObject({ resource_id: z.string(), actions: z.array(z.string()) })),
});

const policy = defineCall({
  name: 'rbac.policy',
  method: 'get',
  path: '/v1/b2b/rbac/policy',
  input: z.strictObject({}),
  handle: (world) => ({ policy: world.rbac.policyInForce }),
});

const getOrgPolicy = defineCall({
  name: 'rbac.organizations.getOrgPolicy',
  method: 'get',
  path: '/v1/b2b/rbac/organizations/:organization_id',
  input: organization,
  handle: (world, { organization_id }) => orgPolicy(world, organizationOf(world, organization_id).organization_id),
});

const setOrgPolicy = defineCall({
  name: 'rbac.organizations.setOrgPolicy',
  method: 'put',
  path: '/v1/b2b/rbac/organizations/:organization_id',
  input: organization.extend({ org_policy: z.strictObject({ roles: z.array(roleShape) }) }),
  handle(world, { organization_id, org_policy }) {
    const { organization_id: id } = organizationOf(world, organization_id);
    for (const [index, role] of org_policy.roles.entries()) {
      assertRole(world, role, org_policy.roles.slice(0, index));
    }
    world.rbac.setOrganizationRoles(id, org_policy.roles);
    return orgPolicy(world, id);
  },
});

export const rbacCalls: readonly ApiCall[] = [policy, getOrgPolicy, setOrgPolicy];

const orgPolicy = (world: World, organizationId: string) => ({
  org_policy: { roles: world.rbac.organizationRoles(organizationId) },
});

function assertRole(world: World, { role_id, permissions }: PolicyRole, earlier: readonly PolicyRole[]): void {
  const { roles, resources } = world.rbac.policy;
  if (role_id.startsWith('stytch_')) throw apiError('invalid_rbac_stytch_role_edit', role_id);
  if ([...roles, ...earlier].some((other) => other.role_id === role_id)) throw apiError('rbac_role_duplicate', role_id);
  for (const { resource_id, actions } of permissions) {
    const resource = resources.find((each) => each.resource_id === resource_id);
    if (resource === undefined) throw apiError('invalid_permission_resource', resource_id);
    const unknown = actions.find((action) => action !== '*' && !resource.actions.includes(action));
    if (unknown !== undefined) throw apiError('invalid_permission_action', unknown);
  }
}
