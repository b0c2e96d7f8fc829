/** The Organization object as the API answers it. */
import type { ActiveSCIMConnection, Organization } from 'stytch';
import type { OrganizationRecord } from '../store/records.js';
import type { World } from '../world.js';

export interface OrganizationView extends Omit<Organization, 'scim_active_connection'> {
  scim_active_connection: ActiveSCIMConnection | null;
}

export function organizationView(world: World, organization: OrganizationRecord): OrganizationView {
  return {
    ...organization,
    custom_roles: [...world.rbac.organizationRoles(organization.organization_id)],
    scim_active_connection: activeConnection(world, organization.organization_id),
  };
}

function activeConnection(world: World, organizationId: string): ActiveSCIMConnection | null {
  const connection = world.store.connections.of(organizationId);
  if (connection === undefined) return null;
  return {
    connection_id: connection.connection_id,
    display_name: connection.display_name,
    bearer_token_last_four: connection.bearer_token.slice(-4),
    bearer_token_expires_at: connection.bearer_token_expires_at,
  };
}
