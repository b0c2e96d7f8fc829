import { asArray, asRecord, parseJson } from './json.js';

/** A role or group name that the IdP says a user holds, and the field of Stytch's member object that has it. */
export type RoleValue = { value: string; via: 'roles' | 'groups' | 'stytch_role' };

/** Longer than any Scanner role's name. At 4 bytes a character it fits into an index row (at most 2,704 bytes). */
const valueLengthMax = 500;

/**
 * The IdP role values of a Stytch member: SCIM `roles`, the names of SCIM `groups`, and Stytch roles that come from a SCIM
 * group. Trimmed, in their exact case, each once. A value that PostgreSQL can't store is omitted, never altered: an altered
 * value could match a role that the IdP did not grant.
 */
export function roleValuesOf(member: Record<string, unknown>): RoleValue[] {
  const attributes = asRecord(asRecord(member.scim_registration).scim_attributes);
  const found: RoleValue[] = [
    ...asArray(attributes.roles).map((role) => ({ value: unwrapped(textOf(role, 'value')), via: 'roles' as const })),
    ...asArray(attributes.groups).map((group) => ({ value: textOf(group, 'display'), via: 'groups' as const })),
    ...asArray(member.roles)
      .filter(isFromScimGroup)
      .map((role) => ({ value: textOf(role, 'role_id'), via: 'stytch_role' as const })),
  ].map(({ value, via }) => ({ value: value.trim(), via }));
  return eachOnce(found.filter(({ value }) => isStorable(value)));
}

/** Entra without its SCIM compliance flag sends `value` as the text of a JSON object: `"{\"value\":\"Admin\",…}"`. */
function unwrapped(value: string): string {
  if (!value.trimStart().startsWith('{')) return value;
  const inner = asRecord(parseJson(value));
  const name = [inner.value, inner.displayName, inner.id].find((candidate) => typeof candidate === 'string');
  return typeof name === 'string' ? name : value;
}

/** The text of an item. Some senders put plain text where an object belongs. */
function textOf(item: unknown, key: string): string {
  const text = typeof item === 'string' ? item : asRecord(item)[key];
  return typeof text === 'string' ? text : '';
}

function isFromScimGroup(role: unknown): boolean {
  return asArray(asRecord(role).sources).some((source) => asRecord(source).type === 'scim_connection_group');
}

function isStorable(value: string): boolean {
  return value !== '' && value.length <= valueLengthMax && !value.includes('\0') && value.isWellFormed();
}

function eachOnce(values: RoleValue[]): RoleValue[] {
  const byKey = new Map(values.map((item) => [roleValueKey(item), item]));
  return [...byKey.values()];
}

export function roleValueKey({ value, via }: RoleValue): string {
  return `${via}:${value}`;
}
