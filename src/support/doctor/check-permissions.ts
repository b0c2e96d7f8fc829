import type { OrganizationFacts, RoleFacts } from '../../stytch/lookups.js';
import type { Permission } from '../../stytch/people.js';
import { pluralize } from '../../text/pluralize.js';
import { scannerSupport } from '../permission.js';
import { type Finding, ok, problem, warning } from './check.js';

export type PermissionFacts = {
  projectRoles: readonly RoleFacts[];
  /** They may have roles of their own. */
  organizations: readonly OrganizationFacts[];
  /** Scanner's own organization, if it is known. */
  supportOrganizationId: string | undefined;
};

/** Pure. Who may use Settings > SCIM and /support, by the roles of the Stytch project. */
export function permissionFindings({ projectRoles, organizations, supportOrganizationId }: PermissionFacts): Finding[] {
  const own = organizations.find(({ id }) => id === supportOrganizationId)?.roles ?? [];
  return [scimFinding(projectRoles, organizations), supportFinding([...projectRoles, ...own])];
}

/** The permissions that Settings > SCIM needs. */
const resource = 'stytch.scim';
const actions = ['create', 'get', 'update', 'delete'] as const;
/** The role that everybody has. */
const everybody = 'stytch_member';

function scimFinding(projectRoles: readonly RoleFacts[], organizations: readonly OrganizationFacts[]): Finding {
  const check = 'permission for Settings > SCIM';
  const allowed = projectRoles
    .map((role) => ({ id: role.id, may: actions.filter((action) => allows(role, { resource, action })) }))
    .filter(({ may }) => may.length > 0);
  const missing = actions.filter((action) => !allowed.some(({ may }) => may.includes(action)));
  const found = allowed.map(({ id, may }) => `${id} (${may.join(', ')})`).join(', ');
  if (missing.length > 0) return notAllowed(check, missing, found, organizations);
  const common = allowed.find(({ id }) => id === everybody)?.may.filter((action) => action !== 'get') ?? [];
  if (common.length === 0) return ok(check, `${resource} is allowed to ${found}`);
  const next = `${dashboard}, take ${resource} away from ${everybody}, and give it to a role for admins.`;
  return warning(check, `${everybody}, which everybody has, may ${common.join(', ')} on ${resource}`, next);
}

const dashboard = "In Stytch's dashboard, under Roles & Permissions";

function notAllowed(
  check: string,
  missing: readonly string[],
  found: string,
  organizations: readonly OrganizationFacts[],
): Finding {
  const may = (role: RoleFacts) => missing.every((action) => allows(role, { resource, action }));
  const own = organizations.filter(({ roles }) => roles.some(may)).length;
  const lack = `no role of the project may ${missing.join(', ')} on ${resource}${found === '' ? '' : `; allowed: ${found}`}`;
  const next = `${dashboard}, give a role (stytch_admin, say) ${resource} with ${actions.join(', ')}, and give that role to the customers' admins.`;
  if (own === 0) return problem(check, `${lack}: no admin gets into Settings > SCIM, or not to all of it`, next);
  return warning(
    check,
    `${lack}; only ${own} of ${pluralize(organizations.length, 'organization')} with such a role of their own`,
    next,
  );
}

function supportFinding(roles: readonly RoleFacts[]): Finding {
  const check = 'permission for /support';
  const allowed = roles.filter((role) => scannerSupport.some((permission) => allows(role, permission)));
  const names = allowed.map(({ id }) => id);
  if (names.includes(everybody)) {
    const next = `${dashboard}, take scanner.support away from ${everybody}, and give it to a role for support.`;
    return warning(check, `everybody in Scanner's own organization has scanner.support, by ${everybody}`, next);
  }
  if (names.length > 0) return ok(check, `scanner.support is allowed to ${names.join(', ')}`);
  const next = `${dashboard}, make a resource “scanner” with an action “support”, and a role with it; give the role to Scanner's support.`;
  return problem(check, 'no role has scanner.support: nobody gets into /support', next);
}

/** As Stytch judges: the resource by its exact name, the action by name or by `*`. */
function allows({ permissions }: RoleFacts, wanted: Permission): boolean {
  return permissions.some(
    ({ resource, actions }) =>
      resource === wanted.resource && (actions.includes(wanted.action) || actions.includes('*')),
  );
}
