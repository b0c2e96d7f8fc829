/** What the calls of `scim.connection` have in common: paths, parameters, permission, look-up. */
import * as z from 'zod';
import { connectionOf, organizationOf } from '../directory/find.js';
import type { ConnectionRecord } from '../store/records.js';
import type { World } from '../world.js';
import type { Permission } from './member-authorization.js';

export const CONNECTIONS = '/v1/b2b/scim/:organization_id/connection';
export const CONNECTION = `${CONNECTIONS}/:connection_id`;

export const organization = z.strictObject({ organization_id: z.string() });
export const connection = organization.extend({ connection_id: z.string() });

export function scimPermission(action: string) {
  return ({ organization_id }: { organization_id: string }): Permission[] => [
    { organization_id, resource_id: 'stytch.scim', action },
  ];
}

export function findConnection(
  world: World,
  { organization_id, connection_id }: z.infer<typeof connection>,
): ConnectionRecord {
  return connectionOf(world, organizationOf(world, organization_id).organization_id, connection_id);
}
