/** Turns a SCIM User into Stytch's snake_case `scim_attributes`. */
import type { Group, SCIMAttributes } from 'stytch';
import type { ScimUser } from '../store/records.js';

export function scimAttributes(user: ScimUser, memberId: string, groups: Group[]): SCIMAttributes {
  return {
    user_name: user.userName,
    // INFERRED: what `id` holds is not documented.
    id: memberId,
    external_id: text(user.externalId),
    active: user.active,
    groups,
    display_name: text(user.displayName),
    nick_name: text(user.nickName),
    profile_url: text(user.profileUrl),
    user_type: text(user.userType),
    title: text(user.title),
    preferred_language: text(user.preferredLanguage),
    locale: text(user.locale),
    timezone: text(user.timezone),
    emails: objects(user.emails).map(value),
    phone_numbers: objects(user.phoneNumbers).map(value),
    addresses: objects(user.addresses).map(address),
    ims: objects(user.ims).map(value),
    photos: objects(user.photos).map(value),
    entitlements: objects(user.entitlements).map(value),
    roles: objects(user.roles).map(value),
    x509certificates: objects(user.x509Certificates).map(value),
    ...(user.name === undefined ? {} : { name: name(object(user.name)) }),
    ...(user[ENTERPRISE] === undefined ? {} : { enterprise_extension: enterprise(object(user[ENTERPRISE])) }),
  };
}

export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

type Attributes = Readonly<Record<string, unknown>>;

export const text = (attribute: unknown): string => (typeof attribute === 'string' ? attribute : '');

export const object = (attribute: unknown): Attributes =>
  typeof attribute === 'object' && attribute !== null ? Object.fromEntries(Object.entries(attribute)) : {};

export const objects = (attribute: unknown): Attributes[] => (Array.isArray(attribute) ? attribute.map(object) : []);

/** `display` is not in Stytch's schema. */
function value(attribute: Attributes) {
  return { value: text(attribute.value), type: text(attribute.type), primary: attribute.primary === true };
}

function address(attribute: Attributes) {
  return {
    formatted: text(attribute.formatted),
    street_address: text(attribute.streetAddress),
    locality: text(attribute.locality),
    region: text(attribute.region),
    postal_code: text(attribute.postalCode),
    country: text(attribute.country),
    type: text(attribute.type),
    primary: attribute.primary === true,
  };
}

function name(attribute: Attributes) {
  return {
    formatted: text(attribute.formatted),
    family_name: text(attribute.familyName),
    given_name: text(attribute.givenName),
    middle_name: text(attribute.middleName),
    honorific_prefix: text(attribute.honorificPrefix),
    honorific_suffix: text(attribute.honorificSuffix),
  };
}

function enterprise(attribute: Attributes) {
  const manager = object(attribute.manager);
  return {
    employee_number: text(attribute.employeeNumber),
    cost_center: text(attribute.costCenter),
    division: text(attribute.division),
    department: text(attribute.department),
    organization: text(attribute.organization),
    manager: { value: text(manager.value), ref: text(manager.$ref), display_name: text(manager.displayName) },
  };
}
