import type { Emulator, MemberView } from '../emulator/emulator.js';
import type { Row } from '../helpers/rows.js';

export type Mirrored = {
  memberId: string;
  active: boolean;
  user: string;
  externalId: string | null;
  values: string[];
  grants: string[];
  keys: string[];
};

/** What the rows must say, told by the directory in code that shares nothing with what is tested. */
export function directoryRows(emulator: Emulator, organizationId: string): Mirrored[] {
  return emulator.directory.members(organizationId).map(directoryRow).sort(byMember);
}

/** Whoever the directory says has left, by member id. */
export function leaversOf(emulator: Emulator, organizationId: string): string[] {
  return directoryRows(emulator, organizationId)
    .filter(({ active }) => !active)
    .map(({ memberId }) => memberId);
}

/** What the rows do say of a team's members: manual grants are somebody else's. */
export function mirroredRows(rows: readonly Row[], teamId: string): Mirrored[] {
  return rows
    .filter((row) => row.teamId === teamId && row.memberId !== null)
    .map(({ memberId, status, user, externalId, values, grants, keys }) => {
      const ours = grants.filter((grant) => grant.endsWith('(scim)'));
      return { memberId: String(memberId), active: status === 'active', user, externalId, values, grants: ours, keys };
    })
    .sort(byMember);
}

function directoryRow({ member_id: memberId, status, email_address: user, scim_registration: scim }: MemberView) {
  const active = status === 'active';
  const roles = (scim?.scim_attributes?.roles ?? []).map(({ value }) => value);
  const groups = (scim?.scim_attributes?.groups ?? []).map(({ display }) => display);
  const held = ['admin', 'analyst'].filter((value) => active && [...roles, ...groups].includes(value));
  const values = [...roles.map((value) => `${value} via roles`), ...groups.map((value) => `${value} via groups`)];
  const wasThereAtFirst = /^p\d+@/.test(user); // and got a key
  return {
    ...{ memberId, active, user, externalId: scim?.external_id ?? null },
    values: active ? [...new Set(values)].sort() : [],
    grants: held.map((value) => `scim:${value} (scim)`),
    keys: wasThereAtFirst ? [active ? 'own' : 'own revoked'] : [],
  };
}

function byMember(a: Mirrored, b: Mirrored): number {
  return a.memberId < b.memberId ? -1 : 1;
}
