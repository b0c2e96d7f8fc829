/** The RBAC policy of the project and the custom roles of its organizations. */
import type { Policy, PolicyRole } from 'stytch';
import type { Store } from '../store/store.js';
import type { Switches } from '../switches.js';

export interface Rbac {
  /** Live: tests may change it. */
  policy: Policy;
  /** The policy as the API answers it. The SDK caches it for 5 minutes. */
  readonly policyInForce: Policy;
  organizationRoles(organizationId: string): readonly PolicyRole[];
  setOrganizationRoles(organizationId: string, roles: readonly PolicyRole[]): void;
}

export function createRbac(store: Store, switches: Switches, changed: () => void): Rbac {
  const inForce = (role: PolicyRole) => (switches.rolesGrantScim ? role : withoutScim(role));
  const rbac: Rbac = {
    policy: defaultPolicy(),
    get policyInForce() {
      return { ...rbac.policy, roles: rbac.policy.roles.map(inForce) };
    },
    organizationRoles: (organizationId) => (store.organizationRoles.get(organizationId) ?? []).map(inForce),
    setOrganizationRoles(organizationId, roles) {
      store.organizationRoles.set(organizationId, roles);
      changed();
    },
  };
  return rbac;
}

const withoutScim = (role: PolicyRole): PolicyRole => ({
  ...role,
  permissions: role.permissions.filter(({ resource_id }) => resource_id !== 'stytch.scim'),
});

/** Which of the roles allow the action: the resource's, by name or by `*`. */
export function grantingRoles(
  rbac: Rbac,
  organizationId: string,
  roleIds: readonly string[],
  wanted: { readonly resource_id: string; readonly action: string },
): string[] {
  return rolesIn(rbac, organizationId)
    .filter((role) => roleIds.includes(role.role_id))
    .filter((role) =>
      role.permissions.some(
        ({ resource_id, actions }) =>
          resource_id === wanted.resource_id && (actions.includes(wanted.action) || actions.includes('*')),
      ),
    )
    .map((role) => role.role_id);
}

export function roleExists(rbac: Rbac, organizationId: string, roleId: string): boolean {
  return rolesIn(rbac, organizationId).some((role) => role.role_id === roleId);
}

function rolesIn(rbac: Rbac, organizationId: string): readonly PolicyRole[] {
  return [...rbac.policyInForce.roles, ...rbac.organizationRoles(organizationId)];
}

const CRUD = ['create', 'get', 'update', 'delete'];

/** Stytch's default resources and roles, and one custom pair: support at the vendor of the project. */
function defaultPolicy(): Policy {
  const all = (resource_id: string) => ({ resource_id, actions: ['*'] });
  const resource = (resource_id: string, actions: readonly string[]) => ({
    resource_id,
    description: resource_id,
    actions: [...actions],
  });
  return {
    roles: [
      { role_id: 'stytch_member', description: 'Everybody', permissions: [all('stytch.self')] },
      {
        role_id: 'stytch_admin',
        description: 'Administrators',
        // With stytch.scim, as in Stytch's own fixture; its page of default roles leaves it out.
        permissions: ['stytch.organization', 'stytch.member', 'stytch.sso', 'stytch.scim'].map(all),
      },
      {
        role_id: 'scanner_support',
        description: 'Support staff of Scanner',
        permissions: [{ resource_id: 'scanner', actions: ['support'] }],
      },
    ],
    resources: [
      resource('stytch.self', ['update.info.name', 'update.info.untrusted-metadata', 'delete']),
      resource('stytch.organization', [
        'update.info.name',
        'update.info.slug',
        'update.info.logo-url',
        'update.settings.implicit-roles',
        'delete',
      ]),
      resource('stytch.member', ['create', 'search', 'delete', 'revoke-sessions', 'update.settings.roles']),
      resource('stytch.sso', CRUD),
      resource('stytch.scim', CRUD),
      resource('scanner', ['support']),
    ],
    scopes: [],
  };
}
