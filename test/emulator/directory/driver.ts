/** A test's own hands on the directory: the same functions as SCIM and the API, without HTTP. */
import type { SCIMConnectionWithToken, SCIMGroup } from 'stytch';
import { apiError } from '../errors.js';
import { type ConnectionRecord, isDeprovisioned, type Patch } from '../store/records.js';
import type { World } from '../world.js';
import { connectionWithToken } from './connection-view.js';
import { type ConnectionFields, createConnection, deleteConnection } from './connections.js';
import type { Source } from './events.js';
import { groupOf, memberOf, organizationOf } from './find.js';
import { type MemberView, memberView } from './member-view.js';
import { createMember, deleteMember, type MemberUpdate, type NewMember, updateMember } from './members.js';
import { type Person, scimUserOf } from './person.js';
import { addToGroup, createGroup, deleteGroup, removeFromGroup, renameGroup } from './scim-groups.js';
import { provisionUser, removeUser, replaceUser } from './scim-users.js';

/** Where an organization is asked for, its id, slug, external id or its connection's id will do. */
export interface Directory {
  connect(organization: string, fields?: ConnectionFields): SCIMConnectionWithToken;
  disconnect(organization: string): void;

  /** The IdP's acts; an organization without a SCIM connection gets one. */
  provision(organization: string, person: Person): MemberView;
  update(memberId: string, change: Person): MemberView;
  /** active: false */
  deprovision(memberId: string): MemberView;
  /** Of a member with another id, where Stytch makes a new one. */
  reactivate(memberId: string): MemberView;
  /** SCIM DELETE */
  remove(memberId: string): void;
  /** The `roles` that the IdP sends. */
  setRoles(memberId: string, roles: Person['roles']): MemberView;
  createGroup(organization: string, name: string, memberIds?: readonly string[]): SCIMGroup;
  renameGroup(groupId: string, name: string): SCIMGroup;
  deleteGroup(groupId: string): void;
  addToGroup(groupId: string, memberId: string): void;
  removeFromGroup(groupId: string, memberId: string): void;

  /** Acts of the API (DIRECT, the default) or of somebody in Stytch's dashboard. */
  createMember(organization: string, member: NewMember, source?: Source): MemberView;
  updateMember(memberId: string, fields: MemberUpdate, source?: Source): MemberView;
  deleteMember(memberId: string, source?: Source): void;

  member(memberId: string): MemberView;
  /** What is so, however the API words it: neither deleted nor inactive for the IdP. */
  isActive(memberId: string): boolean;
  members(organization: string): MemberView[];
  groups(organization: string): SCIMGroup[];
  /** Changes what Stytch says about the member, without an event; `undefined` removes a key, null ends it. */
  setMember(memberId: string, patch: Patch | null): void;
  silently<T>(change: () => T): T;
}

export function createDirectory(world: World, silently: Directory['silently']): Directory {
  const find = (organization: string) => {
    const connection = world.store.connections.get(organization);
    return organizationOf(world, connection?.organization_id ?? organization).organization_id;
  };
  const connectionIn = (organization: string): ConnectionRecord => {
    const id = find(organization);
    return world.store.connections.of(id) ?? createConnection(world, id, {}, 'DIRECT');
  };
  const view = (memberId: string) => memberView(world, memberOf(world, memberId));
  const change = (memberId: string, person: Person): MemberView => {
    const member = memberOf(world, memberId);
    if (member.scim === null) throw apiError('member_not_found', 'The IdP does not know this member.');
    const { member_id } = replaceUser(world, member, scimUserOf(person, member.scim.user));
    joinGroups(world, member_id, person.groups);
    return view(member_id);
  };

  return {
    connect: (organization, fields = {}) =>
      connectionWithToken(world, createConnection(world, find(organization), fields, 'DIRECT')),
    disconnect(organization) {
      const connection = world.store.connections.of(find(organization));
      if (connection === undefined) throw apiError('no_active_scim_connection');
      deleteConnection(world, connection, 'DIRECT');
    },

    provision(organization, person) {
      const { member_id } = provisionUser(world, connectionIn(organization), scimUserOf(person));
      joinGroups(world, member_id, person.groups);
      return view(member_id);
    },
    update: change,
    deprovision: (memberId) => change(memberId, { active: false }),
    reactivate: (memberId) => change(memberId, { active: true }),
    remove: (memberId) => removeUser(world, memberOf(world, memberId)),
    setRoles: (memberId, roles) => change(memberId, { roles }),
    createGroup: (organization, name, memberIds = []) =>
      groupView(createGroup(world, connectionIn(organization), { name, memberIds })),
    renameGroup: (groupId, name) => groupView(renameGroup(world, groupOf(world, groupId), name)),
    deleteGroup: (groupId) => deleteGroup(world, groupOf(world, groupId)),
    addToGroup: (groupId, memberId) => addToGroup(world, groupOf(world, groupId), memberId),
    removeFromGroup: (groupId, memberId) => removeFromGroup(world, groupOf(world, groupId), memberId),

    createMember: (organization, member, source = 'DIRECT') =>
      view(createMember(world, find(organization), member, source).member_id),
    updateMember: (memberId, fields, source = 'DIRECT') =>
      view(updateMember(world, memberOf(world, memberId), fields, source).member_id),
    deleteMember: (memberId, source = 'DIRECT') => deleteMember(world, memberOf(world, memberId), source),

    member: view,
    isActive: (memberId) => !isDeprovisioned(memberOf(world, memberId)),
    members: (organization) => world.store.members.idsOf(find(organization)).map(view),
    groups(organization) {
      const connection = world.store.connections.of(find(organization));
      return world.store.groups.inConnection(connection?.connection_id ?? '').map(groupView);
    },
    setMember: (memberId, planted) => world.store.members.save({ ...memberOf(world, memberId), planted }),
    silently,
  };
}

const groupView = ({ group_id, group_name, organization_id, connection_id }: SCIMGroup): SCIMGroup => ({
  group_id,
  group_name,
  organization_id,
  connection_id,
});

/** By name, as people think of groups; a new name makes a new group. */
function joinGroups(world: World, memberId: string, names: readonly string[] | undefined): void {
  const { scim } = memberOf(world, memberId);
  const connection = world.store.connections.get(scim?.connection_id ?? '');
  if (names === undefined || connection === undefined) return;
  const wanted = new Set(names);
  for (const group of world.store.groups.of(memberId)) {
    if (!wanted.delete(group.group_name)) removeFromGroup(world, group, memberId);
  }
  const existing = world.store.groups.inConnection(connection.connection_id);
  for (const name of wanted) {
    const group = existing.find((each) => each.group_name === name);
    addToGroup(world, group ?? createGroup(world, connection, { name, memberIds: [] }), memberId);
  }
}
