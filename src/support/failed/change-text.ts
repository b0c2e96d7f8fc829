import type { Change } from '../../directory/change.js';
import { pluralize } from '../../text/pluralize.js';

/** Numbers of users and grants that are added and removed. */
export type Tally = { usersAdded: number; usersRemoved: number; grantsAdded: number; grantsRemoved: number };

/** Pure. */
export function tallyOf(changes: readonly Change[]): Tally {
  const count = (...types: Change['type'][]) => changes.filter(({ type }) => types.includes(type)).length;
  return {
    usersAdded: count('user_created', 'user_reactivated'),
    usersRemoved: count('user_deactivated'),
    grantsAdded: count('role_granted'),
    grantsRemoved: count('role_revoked'),
  };
}

export function added(one: Tally, other: Tally): Tally {
  return {
    usersAdded: one.usersAdded + other.usersAdded,
    usersRemoved: one.usersRemoved + other.usersRemoved,
    grantsAdded: one.grantsAdded + other.grantsAdded,
    grantsRemoved: one.grantsRemoved + other.grantsRemoved,
  };
}

/** `+1 user  -0 users  +2 grants  -0 grants`. */
export function tallyText({ usersAdded, usersRemoved, grantsAdded, grantsRemoved }: Tally): string {
  return [
    `+${pluralize(usersAdded, 'user')}`,
    `-${pluralize(usersRemoved, 'user')}`,
    `+${pluralize(grantsAdded, 'grant')}`,
    `-${pluralize(grantsRemoved, 'grant')}`,
  ].join('  ');
}

/** One change in words, without personal data. */
export function changeText(change: Change): string {
  switch (change.type) {
    case 'user_created':
      return change.apart === undefined ? '+user (created)' : `+user (created apart: ${apart[change.apart]})`;
    case 'user_linked':
      return `user linked by ${change.by === 'email' ? 'e-mail' : 'external id'}`;
    case 'user_updated':
      return `user updated: ${change.fields.join(', ')}`;
    case 'user_reactivated':
      return '+user (active again)';
    case 'user_deactivated':
      return `-user (deactivated: ${gone[change.because] ?? change.because})`;
    case 'idp_role_value_added':
      return `IdP value ${change.value} (${change.via})`;
    case 'idp_role_value_removed':
      return `IdP value ${change.value} (${change.via}) gone`;
    case 'role_granted':
      return `+grant ${change.role}`;
    case 'role_revoked':
      return `-grant ${change.role}`;
    case 'api_key_revoked':
      return `API key ${change.keyId} revoked`;
    case 'sessions_revoked':
      return 'Stytch sessions revoked';
  }
}

/** Changes of one event that are shown. A person in 500 groups brings a thousand. */
const changesShown = 20;

/** Changes in one line. The rest is counted. */
export function changesText(changes: readonly Change[]): string {
  const more = changes.length - changesShown;
  const first = changes.slice(0, changesShown).map(changeText);
  return [...first, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

const apart = {
  shared_external_id: 'several members have had its external id at once',
  manual_access: 'the row with its external id has grants by hand or live keys, and another e-mail',
};

const gone: Record<string, string> = {
  says_gone: 'Stytch says gone',
  not_found: 'Stytch does not know it',
  signed_event: 'signed event, which no read could confirm',
  other_organization: 'the member is of another organization',
};
