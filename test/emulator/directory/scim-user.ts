/** Reads a member's e-mail address and name from a SCIM User. */
import { apiError } from '../errors.js';
import type { ScimUser } from '../store/records.js';
import { isEmail } from './emails.js';
import { object, objects, text } from './scim-attributes.js';

/** Stytch wants the e-mail as userName; failing that, among the emails. */
export function emailOf(user: ScimUser): string {
  const emails = objects(user.emails);
  const primary = emails.find((email) => email.primary === true) ?? emails[0];
  const email = [user.userName, text(primary?.value)].find(isEmail);
  if (email === undefined) throw apiError('invalid_email', 'userName must be an email address.');
  return email;
}

export function nameOf(user: ScimUser): string {
  const { formatted, givenName, familyName } = object(user.name);
  const full = [text(givenName), text(familyName)].filter((part) => part !== '').join(' ');
  return text(user.displayName) || text(formatted) || full;
}
