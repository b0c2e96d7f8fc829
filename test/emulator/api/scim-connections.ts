/** The eight calls of `scim.connection`. */
import * as z from 'zod';
import { connectionView, connectionWithNextToken, connectionWithToken } from '../directory/connection-view.js';
import { createConnection, deleteConnection, updateConnection } from '../directory/connections.js';
import { connectionOf, organizationOf } from '../directory/find.js';
import { cancelRotation, completeRotation, startRotation } from '../directory/token-rotation.js';
import type { ConnectionRecord } from '../store/records.js';
import type { World } from '../world.js';
import { type ApiCall, defineCall } from './call.js';
import { ApiError, apiError } from './errors.js';
import type { Permission } from './member-authorization.js';
import { decodeCursor, encodeCursor, limitOf } from './page.js';

const CONNECTIONS = '/v1/b2b/scim/:organization_id/connection';
const CONNECTION = `${CONNECTIONS}/:connection_id`;

const organization = z.strictObject({ organization_id: z.string() });
const connection = organization.extend({ connection_id: z.string() });
const fields = { display_name: z.string().optional(), identity_provider: z.string().optional() };
/** The docs ask for group_id and role_id, the SDK's type also demands group_name. */
const roleAssignment = z.strictObject({
  role_id: z.string(),
  group_id: z.string().optional(),
  group_name: z.string().optional(),
});

const create = defineCall({
  name: 'scim.connection.create',
  method: 'post',
  path: CONNECTIONS,
  input: organization.extend(fields),
  creates: true,
  permissions: permission('create'),
  handle(world, { organization_id, ...input }) {
    const { organization_id: id } = organizationOf(world, organization_id);
    return { connection: connectionWithToken(world, createConnection(world, id, input, 'DIRECT')) };
  },
});

const get = defineCall({
  name: 'scim.connection.get',
  method: 'get',
  path: CONNECTIONS,
  input: organization,
  permissions: permission('get'),
  handle(world, { organization_id }) {
    const active = world.store.connections.of(organizationOf(world, organization_id).organization_id);
    if (active !== undefined) return { connection: connectionView(world, active) };
    const { getWithoutConnection } = world.switches;
    if (getWithoutConnection === 'empty') return {};
    const { errorType, message } = apiError('no_active_scim_connection');
    throw new ApiError(getWithoutConnection, errorType, message);
  },
});

/** GET on the path of update and delete lists the groups. */
const getGroups = defineCall({
  name: 'scim.connection.getGroups',
  method: 'get',
  path: CONNECTION,
  input: connection.extend({ cursor: z.string().optional(), limit: z.coerce.number().optional() }),
  permissions: permission('get'),
  handle(world, input) {
    const { connection_id } = find(world, input);
    const groups = world.store.groups.inConnection(connection_id);
    const { position } = decodeCursor(connection_id, input.cursor) ?? { position: 0 };
    const end = position + limitOf(input.limit);
    const next = { position: end, total: groups.length };
    return {
      scim_groups: groups.slice(position, end).map(({ external_id: _, ...group }) => group),
      next_cursor: end < groups.length ? encodeCursor(connection_id, next) : null,
    };
  },
});

const update = defineCall({
  name: 'scim.connection.update',
  method: 'put',
  path: CONNECTION,
  input: connection.extend({
    ...fields,
    scim_group_implicit_role_assignments: z.array(roleAssignment).optional(),
  }),
  permissions: (input) => [
    ...permission('update')(input),
    ...(input.scim_group_implicit_role_assignments === undefined ? [] : [implicitRoles(input.organization_id)]),
  ],
  handle(world, { scim_group_implicit_role_assignments: role_assignments, ...input }) {
    const after = updateConnection(world, find(world, input), { ...input, role_assignments }, 'DIRECT');
    return { connection: connectionView(world, after) };
  },
});

const remove = defineCall({
  name: 'scim.connection.delete',
  method: 'delete',
  path: CONNECTION,
  input: connection,
  permissions: permission('delete'),
  handle(world, input) {
    const found = find(world, input);
    deleteConnection(world, found, 'DIRECT');
    return { connection_id: found.connection_id };
  },
});

const rotateStart = rotation('rotateStart', 'start', (world, found) =>
  connectionWithNextToken(world, startRotation(world, found)),
);
const rotateComplete = rotation('rotateComplete', 'complete', (world, found) =>
  connectionView(world, completeRotation(world, found)),
);
const rotateCancel = rotation('rotateCancel', 'cancel', (world, found) =>
  connectionView(world, cancelRotation(world, found)),
);

export const scimConnectionCalls: readonly ApiCall[] = [
  create,
  get,
  getGroups,
  update,
  remove,
  rotateStart,
  rotateComplete,
  rotateCancel,
];

function rotation(
  name: 'rotateStart' | 'rotateComplete' | 'rotateCancel',
  step: 'start' | 'complete' | 'cancel',
  rotate: (world: World, found: ConnectionRecord) => object,
): ApiCall {
  return defineCall({
    name: `scim.connection.${name}`,
    method: 'post',
    path: `${CONNECTION}/rotate/${step}`,
    input: connection,
    permissions: permission('update'),
    handle: (world, input) => ({ connection: rotate(world, find(world, input)) }),
  });
}

function permission(action: string) {
  return ({ organization_id }: { organization_id: string }): Permission[] => [
    { organization_id, resource_id: 'stytch.scim', action },
  ];
}

/** Role assignments are an organization setting. */
const implicitRoles = (organization_id: string): Permission => ({
  organization_id,
  resource_id: 'stytch.organization',
  action: 'update.settings.implicit-roles',
});

function find(world: World, { organization_id, connection_id }: z.infer<typeof connection>): ConnectionRecord {
  return connectionOf(world, organizationOf(world, organization_id).organization_id, connection_id);
}
