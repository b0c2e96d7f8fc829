/** The calls of `scim.connection` on the connection itself. */
import * as z from 'zod';
import { connectionView, connectionWithToken } from '../directory/connection-view.js';
import { createConnection, deleteConnection, updateConnection } from '../directory/connections.js';
import { organizationOf } from '../directory/find.js';
import { ApiError, apiError } from '../errors.js';
import { type ApiCall, defineCall } from './call.js';
import type { Permission } from './member-authorization.js';
import {
  CONNECTION,
  CONNECTIONS,
  connection,
  findConnection,
  organization,
  scimPermission,
} from './scim-connection-input.js';

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
  permissions: scimPermission('create'),
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
  permissions: scimPermission('get'),
  handle(world, { organization_id }) {
    const active = world.store.connections.of(organizationOf(world, organization_id).organization_id);
    if (active !== undefined) return { connection: connectionView(world, active) };
    const { getWithoutConnection } = world.switches;
    if (getWithoutConnection === 'empty') return {};
    const { errorType, message } = apiError('no_active_scim_connection');
    throw new ApiError(getWithoutConnection, errorType, message);
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
    ...scimPermission('update')(input),
    ...(input.scim_group_implicit_role_assignments === undefined ? [] : [implicitRoles(input.organization_id)]),
  ],
  handle(world, { scim_group_implicit_role_assignments: role_assignments, ...input }) {
    const after = updateConnection(world, findConnection(world, input), { ...input, role_assignments }, 'DIRECT');
    return { connection: connectionView(world, after) };
  },
});

const remove = defineCall({
  name: 'scim.connection.delete',
  method: 'delete',
  path: CONNECTION,
  input: connection,
  permissions: scimPermission('delete'),
  handle(world, input) {
    const found = findConnection(world, input);
    deleteConnection(world, found, 'DIRECT');
    return { connection_id: found.connection_id };
  },
});

export const scimConnectionCalls: readonly ApiCall[] = [create, get, update, remove];

/** Role assignments are an organization setting. */
const implicitRoles = (organization_id: string): Permission => ({
  organization_id,
  resource_id: 'stytch.organization',
  action: 'update.settings.implicit-roles',
});
