/** The three calls of `scim.connection` that rotate its bearer token. */
import { connectionView, connectionWithNextToken } from '../directory/connection-view.js';
import { cancelRotation, completeRotation, startRotation } from '../directory/token-rotation.js';
import type { ConnectionRecord } from '../store/records.js';
import type { World } from '../world.js';
import { type ApiCall, defineCall } from './call.js';
import { CONNECTION, connection, findConnection, scimPermission } from './scim-connection-input.js';

export const tokenRotationCalls: readonly ApiCall[] = [
  rotation('rotateStart', 'start', (world, found) => connectionWithNextToken(world, startRotation(world, found))),
  rotation('rotateComplete', 'complete', (world, found) => connectionView(world, completeRotation(world, found))),
  rotation('rotateCancel', 'cancel', (world, found) => connectionView(world, cancelRotation(world, found))),
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
    permissions: scimPermission('update'),
    handle: (world, input) => ({ connection: rotate(world, findConnection(world, input)) }),
  });
}
