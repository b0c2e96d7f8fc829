import type { Apart } from './identify.js';
import type { GoneBecause } from './member.js';
import type { RoleValue } from './role-values.js';
import type { Grant } from './world.js';

/** One change to a user. sync_events stores it as it is, so it has the names of fields, never their content. */
export type Change =
  | { type: 'user_created'; apart?: Apart }
  | { type: 'user_linked'; by: 'external_id' | 'email' }
  | { type: 'user_updated'; fields: ProfileField[] }
  | { type: 'user_reactivated' }
  | { type: 'user_deactivated'; because: GoneBecause }
  | ({ type: 'idp_role_value_added' } & RoleValue)
  | ({ type: 'idp_role_value_removed' } & RoleValue)
  | ({ type: 'role_granted' } & Grant)
  | ({ type: 'role_revoked' } & Grant)
  | { type: 'api_key_revoked'; keyId: string }
  | { type: 'sessions_revoked' };

export type ProfileField = 'email' | 'name' | 'externalId';
