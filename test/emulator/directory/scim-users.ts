/** What SCIM does to members: provision, update, deprovision, reactivate, remove. */
import { apiError } from '../errors.js';
import { newId } from '../ids.js';
import {
  type ConnectionRecord,
  isDeleted,
  isDeprovisioned,
  type MemberRecord,
  type ScimUser,
} from '../store/records.js';
import type { World } from '../world.js';
import { blankMember } from './blank-member.js';
import { assertEmailFree, sameEmail, withEmail } from './emails.js';
import { replaceMember, save } from './members.js';
import { emailOf, nameOf } from './scim-user.js';

export function provisionUser(world: World, connection: ConnectionRecord, user: ScimUser): MemberRecord {
  const known = knownMember(world, connection, user);
  const member = known === undefined ? createFrom(world, connection, user) : meet(world, connection, known, user);
  // An IdP may create a user who is inactive from the start.
  return user.active ? member : deprovision(world, member, user);
}

/** PUT, and PATCH after its operations were applied: `active` decides what this is. */
export function replaceUser(world: World, member: MemberRecord, user: ScimUser): MemberRecord {
  const wasActive = !isDeprovisioned(member);
  if (wasActive && !user.active) return deprovision(world, member, user);
  if (!wasActive && user.active) return reactivate(world, member, user);
  return save(world, withUser(world, member, user), 'SCIM', 'UPDATE');
}

/** SCIM DELETE. INFERRED: the same as active=false, except that the IdP cannot find the user any more. */
export function removeUser(world: World, member: MemberRecord): void {
  if (member.scim === null) throw apiError('member_not_found');
  const gone = isDeprovisioned(member) ? member : deprovision(world, member, { ...member.scim.user, active: false });
  if (gone.scim !== null) world.store.members.save({ ...gone, scim: { ...gone.scim, removed: true } });
  for (const group of world.store.groups.of(member.member_id))
    world.store.groups.drop(group.group_id, member.member_id);
}

/** The member that a POST is about: the e-mail's active owner, or a deprovisioned user of this connection. */
function knownMember(world: World, connection: ConnectionRecord, user: ScimUser): MemberRecord | undefined {
  const { members } = world.store;
  const { connection_id, organization_id } = connection;
  const owner = members.byEmail(organization_id, emailOf(user));
  if (owner !== undefined) return owner;
  const namesake = members.byUserName(connection_id, user.userName);
  if (namesake !== undefined || typeof user.externalId !== 'string') return namesake;
  // What several have says nothing about who somebody is: "N/A", for example.
  const [same, ...others] = members.byScimExternalId(connection_id, user.externalId);
  return same !== undefined && others.length === 0 && isDeprovisioned(same) ? same : undefined;
}

function meet(world: World, connection: ConnectionRecord, known: MemberRecord, user: ScimUser): MemberRecord {
  if (known.scim !== null && !isDeprovisioned(known)) throw apiError('duplicate_member_email');
  if (isDeprovisioned(known) && world.switches.repost === 'new') return createFrom(world, connection, user);
  if (isDeprovisioned(known) && known.scim !== null) return reactivate(world, known, user);
  return link(world, connection, known, user);
}

function createFrom(world: World, connection: ConnectionRecord, user: ScimUser): MemberRecord {
  const email = emailOf(user);
  assertEmailFree(world, connection.organization_id, email);
  const blank = blankMember(world, connection.organization_id, email);
  const email_address_verified = world.switches.scimEmailVerified;
  return save(world, { ...registered(world, connection, blank, user), email_address_verified }, 'SCIM', 'CREATE');
}

/** SCIM finds a member who was invited, or created by the API, with the same e-mail. */
function link(world: World, connection: ConnectionRecord, member: MemberRecord, user: ScimUser): MemberRecord {
  if (!sameEmail(member.email_address, emailOf(user))) throw apiError('retired_member_email');
  const linked = { ...registered(world, connection, member, user), status: 'active' };
  return save(world, linked, 'SCIM', world.switches.linkEmits);
}

function registered(
  world: World,
  { connection_id }: ConnectionRecord,
  member: MemberRecord,
  user: ScimUser,
): MemberRecord {
  const registration_id = newId('scim-registration', world.project.environment);
  const scim = { connection_id, registration_id, user: { ...user, active: true }, removed: false };
  return { ...member, name: nameOf(user), scim };
}

function reactivate(world: World, member: MemberRecord, user: ScimUser): MemberRecord {
  assertEmailFree(world, member.organization_id, emailOf(user), member.member_id);
  const { reactivationOfUnverified } = world.switches;
  const back = { ...withUser(world, member, { ...user, active: true }), status: 'active' };
  const isOpen = member.email_address_verified || !isDeleted(member) || reactivationOfUnverified === 'scimOnly';
  if (isOpen) return save(world, back, 'SCIM', 'UPDATE');
  if (reactivationOfUnverified === 'refused') throw apiError('email_unverified_for_reactivation');
  return replaceMember(world, member, back, 'SCIM');
}

/**
 * All roles and sessions are revoked; explicit roles do not come back with a reactivation. A member who is only inactive for
 * the IdP keeps its sessions.
 */
function deprovision(world: World, member: MemberRecord, user: ScimUser): MemberRecord {
  const { deactivatedStatus, deprovisionEmits } = world.switches;
  if (deactivatedStatus !== 'active') world.sessions.revokeAllOf(member.member_id);
  const gone = { ...withUser(world, member, user), status: deactivatedStatus, direct_roles: [] };
  if (deprovisionEmits === 'UPDATE+DELETE') save(world, gone, 'SCIM', 'UPDATE');
  return save(world, gone, 'SCIM', 'DELETE');
}

function withUser(world: World, member: MemberRecord, user: ScimUser): MemberRecord {
  const { members } = world.store;
  const namesake = members.byUserName(member.scim?.connection_id ?? '', user.userName);
  if (namesake !== undefined && namesake.member_id !== member.member_id && !isDeleted(namesake)) {
    throw apiError('duplicate_member_email');
  }
  const scim = member.scim === null ? null : { ...member.scim, user, removed: false };
  return { ...withEmail(world, member, emailOf(user)), name: nameOf(user), scim };
}
