/** Finds what a request names, or answers with Stytch's error for its absence. */
import { apiError } from '../errors.js';
import type { ConnectionRecord, GroupRecord, MemberRecord, OrganizationRecord } from '../store/records.js';
import { isDeleted } from '../store/records.js';
import type { World } from '../world.js';

export function organizationOf(world: World, idOrSlugOrExternalId: string): OrganizationRecord {
  const organization = world.store.organizations.find(idOrSlugOrExternalId);
  if (organization === undefined) throw apiError('organization_not_found');
  return organization;
}

/** A member of any status, by Stytch's id only. */
export function memberOf(world: World, memberId: string): MemberRecord {
  const member = world.store.members.get(memberId);
  if (member === undefined) throw apiError('member_not_found');
  return member;
}

/** A member that is not deleted, by Stytch's id or the developer's external id. */
export function memberIn(world: World, organizationId: string, idOrExternalId: string): MemberRecord {
  const { members } = world.store;
  const member = members.get(idOrExternalId) ?? members.byExternalId(organizationId, idOrExternalId);
  if (member === undefined || member.organization_id !== organizationId || isDeleted(member)) {
    throw apiError('member_not_found');
  }
  return member;
}

export function groupOf(world: World, groupId: string): GroupRecord {
  const group = world.store.groups.get(groupId);
  // INFERRED: no error type for an unknown group outside role assignments is known.
  if (group === undefined) throw apiError('scim_group_role_assignment_group_does_not_exist');
  return group;
}

export function connectionOf(world: World, organizationId: string, connectionId: string): ConnectionRecord {
  const connection = world.store.connections.get(connectionId);
  // INFERRED: the only error type about a missing SCIM connection.
  if (connection === undefined || connection.organization_id !== organizationId) {
    throw apiError('no_active_scim_connection');
  }
  return connection;
}
