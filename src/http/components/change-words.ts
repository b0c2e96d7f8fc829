import type { Change } from '../../directory/change.js';

/** A change, in a few words. */
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
      return `IdP says ${change.value}`;
    case 'idp_role_value_removed':
      return `IdP no longer says ${change.value}`;
  }
}

const apartInWords = {
  shared_external_id: 'several people have had this external id',
  manual_access: 'a former member with this external id has manual roles and another e-mail',
};
const fieldNames = { email: 'e-mail', name: 'name', externalId: 'external id' };

/** Why a person or a team was read, from its event. */
export function reasonInWords({ trigger, eventType }: { trigger: string; eventType: string | null }): string {
  const event = eventType ?? 'an event';
  if (trigger === 'admin') return 'Done in Settings > SCIM';
  if (trigger === 'hint') return eventType ?? 'Event';
  if (trigger === 'recheck') return `Read again after ${event}`;
  if (trigger === 'sweep') return eventType === null ? 'Reading the whole team' : `Reading the team after ${event}`;
  if (trigger === 'role') return 'A role was created, renamed or deleted';
  if (trigger === 'key') return 'An API key of a person who had left';
  if (trigger === 'session') return 'Sign-out of a person who had left';
  if (trigger === 'replay') return 'Read again for Scanner support';
  return trigger;
}
