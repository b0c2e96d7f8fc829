/** Creates, updates and deletes SCIM connections: one active connection per organization. */
import { apiError } from '../errors.js';
import { newBearerToken, newId } from '../ids.js';
import { type ConnectionRecord, isDeprovisioned } from '../store/records.js';
import { seconds } from '../timestamps.js';
import type { World } from '../world.js';
import { emitConnection, type Source } from './events.js';
import { save } from './members.js';
import { roleExists } from './rbac.js';

export interface ConnectionFields {
  readonly display_name?: string | undefined;
  readonly identity_provider?: string | undefined;
  readonly role_assignments?:
    | readonly { readonly group_id?: string | undefined; readonly role_id: string }[]
    | undefined;
}

const IDENTITY_PROVIDERS: ReadonlySet<string> = new Set([
  'generic',
  'okta',
  'microsoft-entra',
  'cyberark',
  'jumpcloud',
  'onelogin',
  'pingfederate',
  'rippling',
]);

export function createConnection(
  world: World,
  organizationId: string,
  { display_name = '', identity_provider = 'generic' }: ConnectionFields,
  source: Source,
): ConnectionRecord {
  if (world.store.connections.of(organizationId) !== undefined) throw apiError('active_scim_connection_exists');
  assertIdentityProvider(identity_provider);
  const connection: ConnectionRecord = {
    organization_id: organizationId,
    connection_id: newId('scim-connection', world.project.environment),
    display_name,
    identity_provider,
    bearer_token: newBearerToken(),
    bearer_token_expires_at: tokenExpiry(),
    next_bearer_token: null,
    next_bearer_token_expires_at: null,
    role_assignments: [],
  };
  world.store.connections.save(connection);
  emitConnection(world, source, 'CREATE', connection);
  return connection;
}

export function updateConnection(
  world: World,
  before: ConnectionRecord,
  fields: ConnectionFields,
  source: Source,
): ConnectionRecord {
  const { display_name = before.display_name, identity_provider = before.identity_provider } = fields;
  assertIdentityProvider(identity_provider);
  const role_assignments =
    fields.role_assignments === undefined
      ? before.role_assignments
      : fields.role_assignments.map((assignment) => checked(world, before, assignment));
  return saveConnection(world, { ...before, display_name, identity_provider, role_assignments }, source);
}

/** Irreversible: groups, registrations and role assignments go; what becomes of the members is a switch. */
export function deleteConnection(world: World, connection: ConnectionRecord, source: Source): void {
  const { store, switches } = world;
  for (const group of store.groups.inConnection(connection.connection_id)) store.groups.remove(group.group_id);
  for (const memberId of store.members.idsOf(connection.organization_id)) {
    const member = store.members.get(memberId);
    if (member === undefined || member.scim?.connection_id !== connection.connection_id) continue;
    const stays = switches.connectionDeletion === 'membersStay' || isDeprovisioned(member);
    if (stays) store.members.save({ ...member, scim: null });
    else save(world, { ...member, scim: null, status: 'deleted', direct_roles: [] }, 'SCIM', 'DELETE');
  }
  store.connections.remove(connection.connection_id);
  emitConnection(world, source, 'DELETE', connection);
}

export function saveConnection(world: World, connection: ConnectionRecord, source: Source): ConnectionRecord {
  world.store.connections.save(connection);
  emitConnection(world, source, 'UPDATE', connection);
  return connection;
}

/** Documentation samples show years. */
export function tokenExpiry(): string {
  const now = new Date();
  return seconds(new Date(now.setUTCFullYear(now.getUTCFullYear() + 5)));
}

function assertIdentityProvider(identityProvider: string): void {
  if (!IDENTITY_PROVIDERS.has(identityProvider)) throw apiError('invalid_scim_idp', identityProvider);
}

function checked(
  world: World,
  { connection_id, organization_id }: ConnectionRecord,
  { group_id, role_id }: { readonly group_id?: string | undefined; readonly role_id: string },
) {
  if (group_id === undefined || group_id === '') throw apiError('scim_group_role_assignment_does_not_contain_group_id');
  if (world.store.groups.get(group_id)?.connection_id !== connection_id) {
    throw apiError('scim_group_role_assignment_group_does_not_exist');
  }
  if (!roleExists(world.rbac, organization_id, role_id)) throw apiError('invalid_rbac_role_assignment', role_id);
  return { group_id, role_id };
}
