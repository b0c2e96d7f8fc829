/** What the webhooks tell: one event per change of a member, group, membership, organization or connection. */
import type { ConnectionRecord, GroupRecord, MemberRecord, OrganizationRecord } from '../store/records.js';
import type { World } from '../world.js';
import { connectionView } from './connection-view.js';
import { memberView } from './member-view.js';
import { organizationView } from './organization-view.js';
import { thinMember, thinOrganization } from './thin-payloads.js';

export type Source = 'DIRECT' | 'DASHBOARD' | 'SCIM';
export type Action = 'CREATE' | 'UPDATE' | 'DELETE';

export interface DirectoryEvent {
  readonly source: Source;
  readonly action: string;
  readonly object_type: string;
  readonly id: string;
  readonly organization_id: string;
  /** Missing on DELETE. */
  readonly object?: object;
  readonly extra?: object;
}

export function emitMember(world: World, source: Source, action: Action, member: MemberRecord): void {
  const view = memberView(world, member);
  const object = world.switches.memberPayload === 'full' ? view : thinMember(view);
  const { member_id: id, organization_id } = member;
  world.publish({ source, action, object_type: 'member', id, organization_id, ...unlessDelete(action, object) });
}

export function emitOrganization(world: World, source: Source, action: Action, record: OrganizationRecord): void {
  const object = thinOrganization(organizationView(world, record));
  const { organization_id } = record;
  const id = organization_id;
  world.publish({ source, action, object_type: 'organization', id, organization_id, ...unlessDelete(action, object) });
}

export function emitConnection(world: World, source: Source, action: Action, connection: ConnectionRecord): void {
  if (!world.switches.connectionEvents) return;
  const { connection_id: id, organization_id } = connection;
  const object = connectionView(world, connection);
  world.publish({
    source,
    action,
    object_type: 'scim_connection',
    id,
    organization_id,
    ...unlessDelete(action, object),
  });
}

export function emitGroup(world: World, action: Action, group: GroupRecord, more: object = {}): void {
  if (world.switches.groupEvents === 'none') return;
  const object_type = world.switches.groupEvents === 'A' ? 'scim_group' : 'idp_group';
  const { group_id: id, organization_id } = group;
  world.publish({
    source: 'SCIM',
    action,
    object_type,
    id,
    organization_id,
    ...unlessDelete(action, { ...groupObject(group), ...more }),
  });
}

/** Family A has an object of its own for a membership, family B an action on the group; either may list the group instead. */
export function emitMembership(
  world: World,
  action: 'CREATE' | 'DELETE',
  group: GroupRecord,
  membership: { readonly id: string; readonly member_id: string },
): void {
  if (world.switches.membershipEvents === 'list') {
    emitGroup(world, 'UPDATE', group, listed(world, group));
    return;
  }
  const { group_id, organization_id, connection_id } = group;
  const { member_id } = membership;
  if (world.switches.groupEvents === 'A') {
    const object = { member_id, group_id, organization_id, connection_id };
    const object_type = 'scim_member_group';
    const { id } = membership;
    world.publish({ source: 'SCIM', action, object_type, id, organization_id, ...unlessDelete(action, object) });
  }
  if (world.switches.groupEvents === 'B') {
    world.publish({
      source: 'SCIM',
      action: action === 'CREATE' ? 'MEMBER_ADD' : 'MEMBER_DELETE',
      object_type: 'idp_group',
      id: group_id,
      organization_id,
      object: groupObject(group),
      extra: { member_id },
    });
  }
}

/** Published DELETE payloads have no object. */
const unlessDelete = (action: Action, object: object) => (action === 'DELETE' ? {} : { object });

/** Who is in it now. */
const listed = (world: World, { group_id }: GroupRecord) => ({
  members: [...world.store.groups.membersOf(group_id).keys()].map((member_id) => ({ member_id })),
});

function groupObject({ group_id, group_name, organization_id, connection_id }: GroupRecord) {
  return { group_id, group_name, organization_id, connection_id };
}
