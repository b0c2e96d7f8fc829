/** What SCIM does to groups and memberships. */
import { apiError } from '../errors.js';
import { newId } from '../ids.js';
import type { ConnectionRecord, GroupRecord } from '../store/records.js';
import type { World } from '../world.js';
import { emitGroup, emitMember, emitMembership } from './events.js';
import { memberOf } from './find.js';

export interface GroupFields {
  readonly name: string;
  readonly externalId?: string | null | undefined;
  readonly memberIds: readonly string[];
}

export function createGroup(world: World, connection: ConnectionRecord, fields: GroupFields): GroupRecord {
  assertScimMembers(world, connection, fields.memberIds);
  const group: GroupRecord = {
    group_id: newId('scim-group', world.project.environment),
    group_name: fields.name,
    organization_id: connection.organization_id,
    connection_id: connection.connection_id,
    external_id: fields.externalId ?? null,
  };
  world.store.groups.save(group);
  emitGroup(world, 'CREATE', group);
  for (const memberId of fields.memberIds) addToGroup(world, group, memberId);
  return group;
}

/** A refused request changes nothing; a rename is "display name only": the id and the memberships stay. */
export function replaceGroup(world: World, before: GroupRecord, fields: GroupFields): GroupRecord {
  assertScimMembers(world, before, fields.memberIds);
  const group = renameGroup(world, before, fields.name);
  const wanted = new Set(fields.memberIds);
  for (const memberId of [...world.store.groups.membersOf(group.group_id).keys()]) {
    if (!wanted.has(memberId)) removeFromGroup(world, group, memberId);
  }
  for (const memberId of wanted) addToGroup(world, group, memberId);
  return group;
}

export function renameGroup(world: World, before: GroupRecord, name: string): GroupRecord {
  if (before.group_name === name) return before;
  const group = { ...before, group_name: name };
  world.store.groups.save(group);
  emitGroup(world, 'UPDATE', group);
  return group;
}

/** The memberships and the role assignments of the group go with it; one event. */
export function deleteGroup(world: World, group: GroupRecord): void {
  const connection = world.store.connections.get(group.connection_id);
  if (connection?.role_assignments.some(({ group_id }) => group_id === group.group_id)) {
    const role_assignments = connection.role_assignments.filter(({ group_id }) => group_id !== group.group_id);
    world.store.connections.save({ ...connection, role_assignments });
  }
  world.store.groups.remove(group.group_id);
  emitGroup(world, 'DELETE', group);
}

export function addToGroup(world: World, group: GroupRecord, memberId: string): void {
  assertScimMembers(world, group, [memberId]);
  if (world.store.groups.membersOf(group.group_id).has(memberId)) return;
  const id = newId('scim-member-group', world.project.environment);
  world.store.groups.add(group.group_id, memberId, id);
  emitMembership(world, 'CREATE', group, { id, member_id: memberId });
  alsoEmitMember(world, memberId);
}

export function removeFromGroup(world: World, group: GroupRecord, memberId: string): void {
  const id = world.store.groups.drop(group.group_id, memberId);
  if (id === undefined) return;
  emitMembership(world, 'DELETE', group, { id, member_id: memberId });
  alsoEmitMember(world, memberId);
}

function assertScimMembers(
  world: World,
  { connection_id }: { readonly connection_id: string },
  memberIds: readonly string[],
): void {
  for (const memberId of memberIds) {
    const { scim } = memberOf(world, memberId);
    if (scim?.connection_id !== connection_id || scim.removed) throw apiError('member_not_found', memberId);
  }
}

function alsoEmitMember(world: World, memberId: string): void {
  if (world.switches.membershipEmitsMemberUpdate) emitMember(world, 'SCIM', 'UPDATE', memberOf(world, memberId));
}
