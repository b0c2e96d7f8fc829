import type { Emulator } from '../emulator/emulator.js';
import type { Row } from '../support/rows.js';

export type Mirrored = { memberId: string; active: boolean; user: string; grants: string[] };

/** What the rows must say, told by the directory in code that shares nothing with what is tested. */
export function directoryRows(emulator: Emulator, organizationId: string): Mirrored[] {
  return emulator.directory
    .members(organizationId)
    .map((member) => {
      const active = member.status === 'active';
      const values = (member.scim_registration?.scim_attributes?.roles ?? []).map(({ value }) => value);
      const grants = ['admin', 'analyst']
        .filter((value) => active && values.includes(value))
        .map((value) => `scim:${value} (scim)`);
      return { memberId: member.member_id, active, user: member.email_address, grants };
    })
    .sort(byMember);
}

/** What the rows do say of a team's members: manual grants are somebody else's. */
export function mirroredRows(rows: readonly Row[], teamId: string): Mirrored[] {
  return rows
    .filter((row) => row.teamId === teamId && row.memberId !== null)
    .map(({ memberId, status, user, grants }) => {
      const ours = grants.filter((grant) => grant.endsWith('(scim)'));
      return { memberId: String(memberId), active: status === 'active', user, grants: ours };
    })
    .sort(byMember);
}

function byMember(a: Mirrored, b: Mirrored): number {
  return a.memberId < b.memberId ? -1 : 1;
}
