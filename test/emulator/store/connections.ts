/** All active SCIM connections; a deleted one is gone for good. */
import type { ConnectionRecord } from './records.js';

export interface Connections {
  get(connectionId: string): ConnectionRecord | undefined;
  /** An organization has one active connection at most. */
  of(organizationId: string): ConnectionRecord | undefined;
  save(connection: ConnectionRecord): void;
  remove(connectionId: string): void;
  all(): readonly ConnectionRecord[];
}

export function createConnections(beforeGroup: (groupId: string) => void, changed: () => void): Connections {
  const connections = new Map<string, ConnectionRecord>();
  const idByOrganization = new Map<string, string>();

  /** Role assignments show in the members of their groups. */
  function beforeChange(connection: ConnectionRecord | undefined): void {
    for (const assignment of connection?.role_assignments ?? []) beforeGroup(assignment.group_id);
    changed();
  }

  return {
    get: (connectionId) => connections.get(connectionId),
    of: (organizationId) => connections.get(idByOrganization.get(organizationId) ?? ''),
    save(connection) {
      beforeChange(connections.get(connection.connection_id));
      beforeChange(connection);
      connections.set(connection.connection_id, connection);
      idByOrganization.set(connection.organization_id, connection.connection_id);
    },
    remove(connectionId) {
      const connection = connections.get(connectionId);
      beforeChange(connection);
      connections.delete(connectionId);
      if (connection !== undefined) idByOrganization.delete(connection.organization_id);
    },
    all: () => [...connections.values()],
  };
}
