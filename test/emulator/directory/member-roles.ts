/** The roles of a member and where each comes from. */
import type { MemberRole, MemberRoleSource } from 'stytch';
import { isDeprovisioned, type MemberRecord } from '../store/records.js';
import type { World } from '../world.js';

export function memberRoles(world: World, member: MemberRecord): MemberRole[] {
  // "All roles revoked" when a member is deprovisioned.
  if (isDeprovisioned(member)) return [];
  const sources = new Map<string, MemberRoleSource[]>();
  const grants = [...directRoles(member), ...emailRoles(world, member), ...groupRoles(world, member)];
  for (const [roleId, source] of grants) sources.set(roleId, [...(sources.get(roleId) ?? []), source]);
  return [...sources].map(([role_id, list]) => ({ role_id, sources: list }));
}

type Grant = readonly [roleId: string, source: MemberRoleSource];

function directRoles(member: MemberRecord): Grant[] {
  return ['stytch_member', ...member.direct_roles].map((roleId) => [
    roleId,
    { type: 'direct_assignment', details: {} },
  ]);
}

function emailRoles(world: World, member: MemberRecord): Grant[] {
  const organization = world.store.organizations.find(member.organization_id);
  const domain = member.email_address.split('@')[1]?.toLowerCase();
  return (organization?.rbac_email_implicit_role_assignments ?? [])
    .filter((assignment) => assignment.domain.toLowerCase() === domain)
    .map((assignment) => [
      assignment.role_id,
      { type: 'email_assignment', details: { email_domain: assignment.domain } },
    ]);
}

function groupRoles(world: World, member: MemberRecord): Grant[] {
  return world.store.groups
    .of(member.member_id)
    .flatMap(({ connection_id, group_id }) =>
      (world.store.connections.get(connection_id)?.role_assignments ?? [])
        .filter((assignment) => assignment.group_id === group_id)
        .map(
          (assignment): Grant => [
            assignment.role_id,
            { type: 'scim_connection_group', details: { connection_id, group_id } },
          ],
        ),
    );
}
