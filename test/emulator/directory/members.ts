/** What the B2B API and the dashboard do to members. */
import { apiError } from '../errors.js';
import { newId } from '../ids.js';
import { isDeleted, type MemberRecord } from '../store/records.js';
import { seconds } from '../timestamps.js';
import type { World } from '../world.js';
import { blankMember } from './blank-member.js';
import { assertEmailFree, withEmail } from './emails.js';
import { emitMember, type Source } from './events.js';
import { type MemberFields, withFields } from './member-fields.js';

export interface NewMember extends MemberFields {
  readonly email_address: string;
  readonly status?: 'active' | 'pending' | 'invited';
  readonly email_address_verified?: boolean;
}

export interface MemberUpdate extends MemberFields {
  readonly email_address?: string | undefined;
  /** Frees the address that is left; otherwise it stays reserved. */
  readonly unlink_email?: boolean | undefined;
}

export function createMember(world: World, organizationId: string, member: NewMember, source: Source): MemberRecord {
  assertEmailFree(world, organizationId, member.email_address);
  const record = withFields(world, blankMember(world, organizationId, member.email_address), member);
  const { status = 'active', email_address_verified = false } = member;
  return save(world, { ...record, status, email_address_verified }, source, 'CREATE');
}

export function updateMember(world: World, before: MemberRecord, fields: MemberUpdate, source: Source): MemberRecord {
  const email = fields.email_address ?? before.email_address;
  const renamed = withEmail(world, before, email, fields.unlink_email);
  return save(world, withFields(world, renamed, fields), source, 'UPDATE');
}

export function deleteMember(world: World, member: MemberRecord, source: Source): void {
  world.sessions.revokeAllOf(member.member_id);
  save(world, { ...member, status: 'deleted', direct_roles: [] }, source, 'DELETE');
}

export function reactivateMember(world: World, member: MemberRecord, source: Source): MemberRecord {
  if (!isDeleted(member)) throw apiError('no_deleted_member_found_for_reactivation');
  if (world.store.members.byEmail(member.organization_id, member.email_address) !== undefined) {
    throw apiError('reactivation_email_belongs_to_another_member');
  }
  // INFERRED: a SCIM registration becomes active with its member.
  const scim = member.scim === null ? null : { ...member.scim, user: { ...member.scim.user, active: true } };
  const back = { ...member, status: 'active', scim };
  if (member.email_address_verified) return save(world, back, source, 'UPDATE');
  if (world.switches.reactivationOfUnverified !== 'newMember') throw apiError('email_unverified_for_reactivation');
  return replaceMember(world, member, back, source);
}

/** A new member for somebody whose old one can't come back: that one stays deleted, and the IdP finds the new one. */
export function replaceMember(world: World, old: MemberRecord, back: MemberRecord, source: Source): MemberRecord {
  const registration_id = newId('scim-registration', world.project.environment);
  const blank = blankMember(world, old.organization_id, back.email_address);
  const scim = back.scim === null ? null : { ...back.scim, registration_id };
  if (old.scim !== null) world.store.members.save({ ...old, scim: { ...old.scim, removed: true } });
  return save(world, { ...blank, name: back.name, scim }, source, 'CREATE');
}

export function save(
  world: World,
  member: MemberRecord,
  source: Source,
  action: 'CREATE' | 'UPDATE' | 'DELETE',
): MemberRecord {
  const saved = { ...member, updated_at: seconds() };
  world.store.members.save(saved);
  emitMember(world, source, action, saved);
  return saved;
}
