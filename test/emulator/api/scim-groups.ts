/** scim.connection.getGroups. */
import * as z from 'zod';
import { defineCall } from './call.js';
import { cursor, list } from './list-end.js';
import { decodeCursor, encodeCursor, limitOf } from './page.js';
import { CONNECTION, connection, findConnection, scimPermission } from './scim-connection-input.js';

/** GET on the path of update and delete lists the groups. */
export const getScimGroups = defineCall({
  name: 'scim.connection.getGroups',
  method: 'get',
  path: CONNECTION,
  input: connection.extend({ cursor: z.string().optional(), limit: z.coerce.number().optional() }),
  permissions: scimPermission('get'),
  handle(world, input) {
    const { connection_id } = findConnection(world, input);
    const groups = world.store.groups.inConnection(connection_id);
    const { position } = decodeCursor(connection_id, input.cursor) ?? { position: 0 };
    const end = position + limitOf(input.limit);
    const next = { position: end, total: groups.length };
    const shown = groups.slice(position, end).map(({ external_id: _, ...group }) => group);
    return {
      ...list(world, 'scim_groups', shown),
      ...cursor(world, end < groups.length ? encodeCursor(connection_id, next) : null),
    };
  },
});
