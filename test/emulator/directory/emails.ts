/** E-mail addresses are unique among the members of an organization, retired ones included. */
import { apiError } from '../errors.js';
import { newId } from '../ids.js';
import type { MemberRecord } from '../store/records.js';
import type { World } from '../world.js';

export function assertEmailFree(world: World, organizationId: string, email: string, exceptMemberId?: string): void {
  if (!isEmail(email)) throw apiError('invalid_email');
  const owner = world.store.members.byEmail(organizationId, email);
  if (owner === undefined || owner.member_id === exceptMemberId) return;
  throw apiError(sameEmail(owner.email_address, email) ? 'duplicate_member_email' : 'retired_member_email');
}

/** The old address stays reserved as a retired one, unless it is unlinked; members may go back to their own. */
export function withEmail(world: World, member: MemberRecord, email: string, unlink = false): MemberRecord {
  if (member.email_address === email) return member;
  assertEmailFree(world, member.organization_id, email, member.member_id);
  const retired = member.retired_email_addresses.filter((old) => !sameEmail(old.email_address, email));
  const leavesOld = !unlink && !sameEmail(member.email_address, email);
  return {
    ...member,
    email_address: email,
    email_address_verified: false,
    retired_email_addresses: leavesOld ? [...retired, retire(world, member.email_address)] : retired,
  };
}

const retire = (world: World, email_address: string) => ({
  email_id: newId('email', world.project.environment),
  email_address,
});

export const sameEmail = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Printable, one @, a dot in the domain. */
export const isEmail = (email: string): boolean => /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+\.[^\s@\p{Cc}]+$/u.test(email);
