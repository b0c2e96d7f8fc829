/** A new member of whom nothing but the e-mail address is known. */
import { newId } from '../ids.js';
import type { MemberRecord } from '../store/records.js';
import { seconds } from '../timestamps.js';
import type { World } from '../world.js';

export function blankMember(world: World, organizationId: string, email: string): MemberRecord {
  return {
    organization_id: organizationId,
    member_id: newId('member', world.project.environment),
    email_address: email,
    email_address_verified: false,
    status: 'active',
    name: '',
    is_breakglass: false,
    mfa_enrolled: false,
    mfa_phone_number: '',
    default_mfa_method: '',
    retired_email_addresses: [],
    trusted_metadata: {},
    untrusted_metadata: {},
    created_at: seconds(),
    updated_at: seconds(),
    external_id: null,
    direct_roles: [],
    scim: null,
    planted: null,
  };
}
