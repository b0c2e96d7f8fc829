/** The calls of `organizations.members`, except search. */
import * as z from 'zod';
import { memberIn, memberOf, organizationOf } from '../directory/find.js';
import { memberView } from '../directory/member-view.js';
import { createMember, deleteMember, reactivateMember, updateMember } from '../directory/members.js';
import { organizationView } from '../directory/organization-view.js';
import { apiError } from '../errors.js';
import { isDeleted, type MemberRecord } from '../store/records.js';
import type { World } from '../world.js';
import { type ApiCall, defineCall } from './call.js';
import { memberSearch } from './member-search.js';

const metadata = z.record(z.string(), z.unknown()).optional();
const fields = {
  name: z.string().optional(),
  trusted_metadata: metadata,
  untrusted_metadata: metadata,
  is_breakglass: z.boolean().optional(),
  mfa_phone_number: z.string().optional(),
  mfa_enrolled: z.boolean().optional(),
  roles: z.array(z.string()).optional(),
  external_id: z
    .string()
    .regex(/^[\w.|-]{1,128}$/)
    .optional(),
};
const organization = z.strictObject({ organization_id: z.string() });
const member = organization.extend({ member_id: z.string() });

export const memberCalls: readonly ApiCall[] = [
  memberSearch,
  defineCall({
    name: 'members.dangerouslyGet',
    method: 'get',
    path: '/v1/b2b/organizations/members/dangerously_get/:member_id',
    input: z.strictObject({ member_id: z.string(), include_deleted: z.enum(['true', 'false']).optional() }),
    handle(world, { member_id, include_deleted }) {
      const record = memberOf(world, member_id);
      if (isDeleted(record) && include_deleted !== 'true') throw apiError('member_not_found');
      return withOrganization(world, record);
    },
  }),
  defineCall({
    name: 'members.get',
    method: 'get',
    path: '/v1/b2b/organizations/:organization_id/member',
    input: organization.extend({ member_id: z.string().optional(), email_address: z.string().optional() }),
    handle: (world, input) => withOrganization(world, memberBy(world, input)),
  }),
  defineCall({
    name: 'members.create',
    method: 'post',
    path: '/v1/b2b/organizations/:organization_id/members',
    input: organization.extend({
      ...fields,
      email_address: z.string(),
      create_member_as_pending: z.boolean().optional(),
    }),
    creates: true,
    permissions: permission('create'),
    handle(world, { organization_id, create_member_as_pending, ...input }) {
      const { organization_id: id } = organizationOf(world, organization_id);
      const status = create_member_as_pending === true ? 'pending' : 'active';
      return withOrganization(world, createMember(world, id, { ...input, status }, 'DIRECT'));
    },
  }),
  defineCall({
    name: 'members.update',
    method: 'put',
    path: '/v1/b2b/organizations/:organization_id/members/:member_id',
    input: member.extend({
      ...fields,
      email_address: z.string().optional(),
      default_mfa_method: z.string().optional(),
      preserve_existing_sessions: z.boolean().optional(),
      unlink_email: z.boolean().optional(),
    }),
    handle(world, { organization_id, member_id, ...changes }) {
      const before = memberIn(world, organizationOf(world, organization_id).organization_id, member_id);
      return withOrganization(world, updateMember(world, before, changes, 'DIRECT'));
    },
  }),
  defineCall({
    name: 'members.delete',
    method: 'delete',
    path: '/v1/b2b/organizations/:organization_id/members/:member_id',
    input: member,
    permissions: permission('delete'),
    handle(world, { organization_id, member_id }) {
      const record = memberIn(world, organizationOf(world, organization_id).organization_id, member_id);
      deleteMember(world, record, 'DIRECT');
      return { member_id: record.member_id };
    },
  }),
  defineCall({
    name: 'members.reactivate',
    method: 'put',
    path: '/v1/b2b/organizations/:organization_id/members/:member_id/reactivate',
    input: member,
    handle(world, { organization_id, member_id }) {
      const { organization_id: id } = organizationOf(world, organization_id);
      const record = world.store.members.get(member_id);
      if (record?.organization_id !== id) throw apiError('no_deleted_member_found_for_reactivation');
      return withOrganization(world, reactivateMember(world, record, 'DIRECT'));
    },
  }),
];

function permission(action: string) {
  return ({ organization_id }: { organization_id: string }) => [
    { organization_id, resource_id: 'stytch.member', action },
  ];
}

function withOrganization(world: World, record: MemberRecord) {
  return {
    member_id: record.member_id,
    member: memberView(world, record),
    organization: organizationView(world, organizationOf(world, record.organization_id)),
  };
}

/** Exactly one of member_id and email_address. */
function memberBy(
  world: World,
  by: { organization_id: string; member_id?: string | undefined; email_address?: string | undefined },
): MemberRecord {
  const { organization_id } = organizationOf(world, by.organization_id);
  if ((by.member_id === undefined) === (by.email_address === undefined)) throw apiError('invalid_member_get_fields');
  const deleted = world.store.members.get(by.member_id ?? '');
  const seesDeleted = world.switches.getReturnsDeleted && deleted?.organization_id === organization_id;
  if (seesDeleted && deleted !== undefined) return deleted;
  if (by.member_id !== undefined) return memberIn(world, organization_id, by.member_id);
  const owner = world.store.members.byEmail(organization_id, by.email_address ?? '');
  if (owner?.email_address.toLowerCase() !== by.email_address?.toLowerCase()) throw apiError('member_not_found');
  return memberIn(world, organization_id, owner?.member_id ?? '');
}
