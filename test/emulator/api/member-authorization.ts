/** Checks the member session that a call carries: same organization, and a role that allows the action. */
import { organizationOf } from '../directory/find.js';
import { grantingRoles } from '../directory/rbac.js';
import { apiError } from '../errors.js';
import type { SessionRecord } from '../sessions/session-table.js';
import { findSession, sessionView } from '../sessions/session-view.js';
import type { World } from '../world.js';

export interface Permission {
  readonly organization_id: string;
  readonly resource_id: string;
  readonly action: string;
}

/** The headers X-Stytch-Member-Session and X-Stytch-Member-SessionJWT. */
export interface MemberCredentials {
  readonly session_token: string | undefined;
  readonly session_jwt: string | undefined;
}

export async function authorizeMember(
  world: World,
  member: MemberCredentials,
  permissions: readonly Permission[],
): Promise<void> {
  const session = await findSession(world, member);
  if (session === undefined) throw apiError('session_not_found');
  for (const permission of permissions) verdict(world, session, permission);
}

/** The roles that allow the action; 403 when there are none. */
export function verdict(world: World, session: SessionRecord, permission: Permission): string[] {
  const { organization_id } = organizationOf(world, permission.organization_id);
  if (organization_id !== session.organization_id) throw apiError('session_authorization_tenancy_error');
  const isKnown = world.rbac.policy.resources.some(({ resource_id }) => resource_id === permission.resource_id);
  if (!isKnown && world.switches.unknownResource === 'refused') throw apiError('invalid_permission_resource');
  const { roles } = sessionView(world, session);
  const granting = grantingRoles(world.rbac, organization_id, roles, permission);
  if (granting.length === 0) throw apiError('session_authorization_error');
  return granting;
}
