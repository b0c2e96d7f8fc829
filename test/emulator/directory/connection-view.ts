/** The SCIM connection as the API answers it: a token shows only in the answer that made it. */
import type { SCIMConnection, SCIMConnectionWithNextToken, SCIMConnectionWithToken } from 'stytch';
import type { ConnectionRecord } from '../store/records.js';
import type { World } from '../world.js';

export function connectionView(world: World, connection: ConnectionRecord): SCIMConnection {
  const next = connection.next_bearer_token_expires_at;
  return {
    ...common(world, connection),
    bearer_token_last_four: connection.bearer_token.slice(-4),
    // INFERRED: empty when not rotating.
    next_bearer_token_last_four: connection.next_bearer_token?.slice(-4) ?? '',
    ...(next === null ? {} : { next_bearer_token_expires_at: next }),
  };
}

export function connectionWithToken(world: World, connection: ConnectionRecord): SCIMConnectionWithToken {
  return { ...common(world, connection), bearer_token: connection.bearer_token };
}

export function connectionWithNextToken(world: World, connection: ConnectionRecord): SCIMConnectionWithNextToken {
  return {
    ...common(world, connection),
    bearer_token_last_four: connection.bearer_token.slice(-4),
    next_bearer_token: connection.next_bearer_token ?? '',
    next_bearer_token_expires_at: connection.next_bearer_token_expires_at ?? '',
  };
}

/** Where the IdP finds the connection's SCIM server. */
export function baseUrl(world: World, connection: ConnectionRecord): string {
  const url = `${world.project.url}/v1/b2b/scim/${connection.connection_id}`;
  // Stytch appends Microsoft's flag that makes Entra's PATCH follow RFC 7644.
  return connection.identity_provider === 'microsoft-entra' ? `${url}?aadOptscim062020` : url;
}

function common(world: World, connection: ConnectionRecord) {
  return {
    organization_id: connection.organization_id,
    connection_id: connection.connection_id,
    status: 'active',
    display_name: connection.display_name,
    identity_provider: connection.identity_provider,
    base_url: baseUrl(world, connection),
    bearer_token_expires_at: connection.bearer_token_expires_at,
    scim_group_implicit_role_assignments: connection.role_assignments.map(({ group_id, role_id }) => ({
      role_id,
      group_id,
      group_name: world.store.groups.get(group_id)?.group_name ?? '',
    })),
  };
}
