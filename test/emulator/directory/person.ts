/** A person in the IdP, in the few words that most tests need, as a SCIM User. */
import type { ScimUser } from '../store/records.js';
import { object, text } from './scim-attributes.js';

export interface Person {
  /** Both default to the other. */
  readonly userName?: string | undefined;
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly externalId?: string | undefined;
  readonly active?: boolean | undefined;
  /** IdP roles: just the values, or whole objects. */
  readonly roles?:
    | readonly (string | { readonly value: string; readonly type?: string; readonly primary?: boolean })[]
    | undefined;
  /** All groups of the person, by name. */
  readonly groups?: readonly string[] | undefined;
  /** Any other attributes of a SCIM User. */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

/** What the person says now, over what the user was before. */
export function scimUserOf(person: Person, before?: ScimUser): ScimUser {
  const { userName = person.email ?? before?.userName, email = person.userName, name, externalId, roles } = person;
  if (userName === undefined) throw new Error('A person needs a userName or an email');
  return {
    ...before,
    ...(email === undefined ? {} : { emails: [{ value: email, type: 'work', primary: true }] }),
    ...(name === undefined ? {} : { displayName: name, name: nameParts(name, before) }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(roles === undefined ? {} : { roles: roles.map((role) => (typeof role === 'string' ? { value: role } : role)) }),
    ...person.attributes,
    userName,
    active: person.active ?? before?.active ?? true,
  };
}

function nameParts(name: string, before: ScimUser | undefined) {
  const [givenName = '', ...rest] = name.split(' ');
  const familyName = rest.join(' ') || text(object(before?.name).familyName);
  return { formatted: name, givenName, familyName };
}
