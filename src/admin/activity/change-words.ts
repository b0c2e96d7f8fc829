import type { Change } from '../../directory/change.js';

/** A change in a few words, for people who know nothing about SCIM. */
export function changeInWords(change: Change): string {
  switch (change.type) {
    case 'user_created':
      return change.apart === undefined ? 'created' : `created as a new person (${apartInWords[change.apart]})`;
    case 'user_linked':
      return `linked by ${change.by === 'email' ? 'e-mail' : 'external id'}`;
    case 'user_updated':
      return `updated (${change.fields.map((field) => fieldNames[field]).join(', ')})`;
    case 'user_reactivated':
      return 'reactivated';
    case 'user_deactivated':
      return 'deactivated';
    case 'role_granted':
      return `granted ${change.role}`;
    case 'role_revoked':
      return `revoked ${change.role}`;
    case 'api_key_revoked':
      return 'API key revoked';
    case 'sessions_revoked':
      return 'signed out everywhere';
    case 'idp_role_value_added':
      return `has ${change.value} in the identity provider`;
    case 'idp_role_value_removed':
      return `no longer has ${change.value} in the identity provider`;
  }
}

const apartInWords = {
  shared_external_id: 'several people have had this external id',
  manual_access: 'a former member with this external id has manual roles and another e-mail',
};
const fieldNames = { email: 'e-mail', name: 'name', externalId: 'external id' };
