/** The whole state that Stytch would keep: organizations, members, groups, connections, roles. */
import type { PolicyRole } from 'stytch';
import { type Connections, createConnections } from './connections.js';
import { createGroups, type Groups } from './groups.js';
import { createMembers, type Members } from './members.js';
import { createOrganizations, type Organizations } from './organizations.js';
import type { GroupRecord } from './records.js';

export interface Store {
  readonly organizations: Organizations;
  readonly members: Members;
  readonly groups: Groups;
  readonly connections: Connections;
  /** The custom roles of organizations. */
  readonly organizationRoles: Map<string, readonly PolicyRole[]>;
}

export interface StoreListeners {
  /** Called before what the API says about a member may change. */
  beforeMember(memberId: string): void;
  /** Called before a group of the member changes its name, and the member itself does not change. */
  beforeName(memberId: string, group: GroupRecord): void;
  /** Called when anything changes. */
  changed(): void;
}

export function createStore(listeners: StoreListeners): Store {
  const beforeMember = (memberId: string) => {
    listeners.beforeMember(memberId);
    listeners.changed();
  };
  const groups = createGroups({ ...listeners, beforeMember });
  const beforeGroup = (groupId: string) => {
    for (const memberId of groups.membersOf(groupId).keys()) beforeMember(memberId);
  };
  return {
    organizations: createOrganizations(listeners.changed),
    members: createMembers(beforeMember),
    groups,
    connections: createConnections(beforeGroup, listeners.changed),
    organizationRoles: new Map(),
  };
}
