import { PermanentError } from '../errors/errors.js';
import { idOrNull } from './ids.js';
import { asArray, asRecord } from './json.js';
import { type RoleValue, roleValuesOf } from './role-values.js';

/** What the directory says of a member now. `gone` covers every way of having no access. */
export type DirectoryMember = ActiveMember | GoneMember;

export type ActiveMember = {
  presence: 'active';
  memberId: string;
  organizationId: string;
  email: string;
  name: string;
  externalId: string | null;
  roleValues: RoleValue[];
  /** The answer has what the IdP sent, and a name for each group. A search may leave them out: that is not "no roles". */
  isComplete: boolean;
};

export type GoneMember = {
  presence: 'gone';
  memberId: string;
  /** Null when only the member's id is known. */
  organizationId: string | null;
  because: GoneBecause;
};

/**
 * Stytch's own word in the member object; Stytch knows no such member; its signed event, when no read could confirm it; or
 * the member is of another organization than the user's team, and was missing from a sweep of that team.
 */
export type GoneBecause = 'says_gone' | 'not_found' | 'signed_event' | 'other_organization';

/** A member object that can't be understood. It fails alone; the message names the field, never its content. */
export class UnreadableMember extends PermanentError {
  override name = 'UnreadableMember';
}

/** E-mail addresses end at 254 characters (RFC 5321); anything far beyond is no address. */
const emailLengthMax = 320;
/** A name only decorates: what is longer is cut. */
const nameLengthMax = 500;
/** Ids are short (a GUID has 36 characters), and have to fit into an index row; a longer one counts as none. */
const externalIdLengthMax = 500;
/** Far beyond any directory seen; a bound so that one member can't fill a transaction. */
const roleItemsMax = 10_000;

/**
 * Stytch's member object -> what the directory says. Lenient where Stytch's own texts differ (keys may be missing,
 * `active` may be a string), strict where a guess would give access. Whether the member is gone is judged first: nothing else
 * that is wrong with the object keeps a leaver in.
 * @throws UnreadableMember
 */
export function directoryMemberOf(memberObject: unknown): DirectoryMember {
  const member = asRecord(memberObject);
  const memberId = idOrNull(member.member_id);
  if (memberId === null) throw new UnreadableMember('Stytch returned a member without a usable member_id.');
  const organizationId = idOrNull(member.organization_id);
  if (saysGone(member)) return { presence: 'gone', memberId, organizationId, because: 'says_gone' };
  if (organizationId === null) throw unreadable(memberId, 'organization_id');
  if (activeFlag(member) === 'unreadable') throw unreadable(memberId, 'scim_attributes.active');
  if (!['active', 'invited', 'pending'].includes(String(member.status))) throw unreadable(memberId, 'status');
  return { presence: 'active', memberId, organizationId, ...profileOf(member, memberId) };
}

/** A member of whom no object can be had. */
export function goneMember(memberId: string, because: GoneBecause): GoneMember {
  return { presence: 'gone', memberId, organizationId: null, because };
}

/**
 * True for a member object whose own words say that it may not come in: status `deleted`, or `deactivated` (Stytch's
 * guides say so, its API's enum does not), or the IdP's `active` flag, which Entra is known to send as text: "False".
 */
export function saysGone(member: Record<string, unknown>): boolean {
  return member.status === 'deleted' || member.status === 'deactivated' || activeFlag(member) === 'inactive';
}

/** A flag that is missing says nothing; one of any other kind (0, "no", an object) can't be read for sure. */
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
    throw new UnreadableMember(`Member ${memberId} has more than ${roleItemsMax} roles or groups. Check its IdP.`);
  }
  const said = { externalId: externalIdOf(member), roleValues: roleValuesOf(member), isComplete: isComplete(member) };
  return { email, name: displayText(member.name), ...said };
}

function isComplete({ scim_registration }: Record<string, unknown>): boolean {
  if (typeof scim_registration !== 'object' || scim_registration === null) return false;
  const { groups } = asRecord(asRecord(scim_registration).scim_attributes);
  return asArray(groups).every((group) => typeof group === 'string' || Boolean(asRecord(group).display));
}

/** The IdP's own id of the user: what survives when Stytch makes a new member of a person who returns. */
function externalIdOf(member: Record<string, unknown>): string | null {
  const registration = asRecord(member.scim_registration);
  const candidates = [registration.external_id, asRecord(registration.scim_attributes).external_id];
  const id = candidates.find((candidate) => typeof candidate === 'string' && candidate.trim() !== '');
  if (typeof id !== 'string' || id.length > externalIdLengthMax || !isPlainText(id)) return null;
  return id.trim();
}

/** A name only decorates, so it is made storable instead of refused: no NUL, no half characters, bounded. */
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
