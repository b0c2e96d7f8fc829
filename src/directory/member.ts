import { PermanentError } from '../errors/errors.js';
import { idOrNull } from './ids.js';
import { asArray, asRecord } from './json.js';
import { type RoleValue, roleValuesOf } from './role-values.js';

/** What the directory says about a member now. `gone`: the member has no access, for whatever reason. */
export type DirectoryMember = ActiveMember | GoneMember;

export type ActiveMember = {
  presence: 'active';
  memberId: string;
  organizationId: string;
  email: string;
  name: string;
  externalId: string | null;
  roleValues: RoleValue[];
  /**
   * True if the answer has the SCIM registration and a name for each group. A search may omit them; that does not mean that the
   * member has no roles.
   */
  isComplete: boolean;
};

export type GoneMember = {
  presence: 'gone';
  memberId: string;
  /** Null if only the member's id is known. */
  organizationId: string | null;
  because: GoneBecause;
};

/**
 * Why a member is gone.
 * - `says_gone`: the member object says so
 * - `not_found`: Stytch does not know the member
 * - `signed_event`: a signed event says so, and no read could confirm it
 * - `other_organization`: the member was missing from a sweep of the user's team, and belongs to another organization
 */
export type GoneBecause = 'says_gone' | 'not_found' | 'signed_event' | 'other_organization';

/** A member object that can't be understood. The message names the field, never its content. */
export class UnreadableMember extends PermanentError {
  override name = 'UnreadableMember';
}

/** An e-mail address has at most 254 characters (RFC 5321). A much longer text is not an address. */
const emailLengthMax = 320;
/** A name is for display only, so a longer one is cut. */
const nameLengthMax = 500;
/** A GUID has 36 characters. The id has to fit into an index row, so a longer one counts as no id. */
const externalIdLengthMax = 500;
/** Far more than any known directory has. The bound keeps one member from filling a transaction. */
const roleItemsMax = 10_000;

/**
 * Stytch's member object -> what the directory says. Lenient where Stytch's documents disagree (keys may be missing,
 * `active` may be text), strict where a guess would give access. Checks first whether the member is gone, so that no other
 * problem of the object keeps a leaver active.
 * @throws UnreadableMember
 */
export function directoryMemberOf(memberObject: unknown): DirectoryMember {
  const member = asRecord(memberObject);
  const memberId = idOrNull(member.member_id);
  if (memberId === null)
    throw new UnreadableMember(
      "Stytch returned a member without a usable member_id. Look at the organization's members in Stytch's dashboard.",
    );
  const organizationId = idOrNull(member.organization_id);
  if (saysGone(member)) return { presence: 'gone', memberId, organizationId, because: 'says_gone' };
  if (organizationId === null) throw unreadable(memberId, 'organization_id');
  if (activeFlag(member) === 'unreadable') throw unreadable(memberId, 'scim_attributes.active');
  if (!['active', 'invited', 'pending'].includes(String(member.status))) throw unreadable(memberId, 'status');
  return { presence: 'active', memberId, organizationId, ...profileOf(member, memberId) };
}

/** A gone member for whom there is no object. */
export function goneMember(memberId: string, because: GoneBecause): GoneMember {
  return { presence: 'gone', memberId, organizationId: null, because };
}

/**
 * True if the member object says that the member has no access: by status `deleted` or `deactivated` (the second is in
 * Stytch's guides but not in its API reference), or by the IdP's `active` flag, which Entra may send as text: "False".
 */
export function saysGone(member: Record<string, unknown>): boolean {
  return member.status === 'deleted' || member.status === 'deactivated' || activeFlag(member) === 'inactive';
}

/** True if the IdP itself has switched the person off, by its `active` flag. */
export function isSwitchedOff(member: Record<string, unknown>): boolean {
  return activeFlag(member) === 'inactive';
}

/** A missing flag says nothing. A flag of another kind (0, "no", an object) is unreadable. */
function activeFlag(member: Record<string, unknown>): 'active' | 'inactive' | 'unsaid' | 'unreadable' {
  const { active } = asRecord(asRecord(member.scim_registration).scim_attributes);
  const flag = typeof active === 'string' ? active.trim().toLowerCase() : active;
  if (flag === undefined || flag === null || flag === '') return 'unsaid';
  if (flag === true || flag === 'true') return 'active';
  return flag === false || flag === 'false' ? 'inactive' : 'unreadable';
}

function profileOf(member: Record<string, unknown>, memberId: string) {
  const email = typeof member.email_address === 'string' ? member.email_address.trim() : '';
  if (email === '' || email.length > emailLengthMax || !isPlainText(email)) throw unreadable(memberId, 'email_address');
  const attributes = asRecord(asRecord(member.scim_registration).scim_attributes);
  if ([attributes.roles, attributes.groups, member.roles].some((list) => asArray(list).length > roleItemsMax)) {
    throw new UnreadableMember(
      `Member ${memberId} has more than ${roleItemsMax} roles or groups. Check them in the IdP.`,
    );
  }
  return {
    email,
    name: displayText(member.name),
    externalId: externalIdOf(member),
    roleValues: roleValuesOf(member),
    isComplete: isComplete(member),
  };
}

function isComplete({ scim_registration }: Record<string, unknown>): boolean {
  if (typeof scim_registration !== 'object' || scim_registration === null) return false;
  const { groups } = asRecord(asRecord(scim_registration).scim_attributes);
  return asArray(groups).every((group) => typeof group === 'string' || Boolean(asRecord(group).display));
}

/** The IdP's own id of the user. It stays the same when a person returns and Stytch creates a new member. */
function externalIdOf(member: Record<string, unknown>): string | null {
  const registration = asRecord(member.scim_registration);
  const candidates = [registration.external_id, asRecord(registration.scim_attributes).external_id];
  const id = candidates.find((candidate) => typeof candidate === 'string' && candidate.trim() !== '');
  if (typeof id !== 'string' || id.length > externalIdLengthMax || !isPlainText(id)) return null;
  return id.trim();
}

/** A name is for display only, so it is made storable instead of refused: bounded, no NUL, no lone surrogates. */
function displayText(value: unknown): string {
  if (typeof value !== 'string') return '';
  return value.slice(0, nameLengthMax).toWellFormed().replaceAll('\0', '').trim();
}

function isPlainText(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}

function unreadable(memberId: string, field: string): UnreadableMember {
  return new UnreadableMember(
    `Stytch returned member ${memberId} with an unusable ${field}. Look at it in Stytch's dashboard.`,
  );
}
