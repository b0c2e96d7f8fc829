import type { Act } from './activity.js';

/** An admin's act in a few words. */
export function actInWords({ action, details }: Act): string {
  const role = typeof details.role === 'string' ? details.role : 'a role';
  const was = typeof details.was === 'string' ? details.was : 'a role';
  const words: Record<string, string> = {
    'role.create': `created the role ${role}`,
    'role.rename': `renamed the role ${was} to ${role}`,
    'role.permissions': `changed the permissions of ${role}`,
    'role.delete': `deleted the role ${role}`,
    'role_name.ignore': `ignored the name ${details.name}`,
    'role_name.consider': `stopped ignoring the name ${details.name}`,
    'scim_connection.create': 'created the SCIM connection',
    'scim_connection.rename': 'renamed the SCIM connection',
    'scim_connection.delete': 'deleted the SCIM connection',
    'scim_token.rotation_start': 'started a token rotation',
    'scim_token.rotation_complete': 'completed the token rotation',
    'scim_token.rotation_cancel': 'cancelled the token rotation',
    release: 'confirmed that the missing people have left',
    discard: 'kept the people who were missing',
    'scim_connection.found': 'the SCIM connection was created',
    'scim_connection.updated': 'the SCIM connection was changed',
    'scim_connection.gone': 'the SCIM connection was deleted',
  };
  return words[action] ?? action.replaceAll(/[._]/g, ' ');
}
