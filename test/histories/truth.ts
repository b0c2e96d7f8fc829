import type { Emulator, MemberView } from '../emulator/emulator.js';
import { type Directory, values } from '../helpers/directory-history.js';
import type { Truth } from '../helpers/never-again.js';

/** The Scanner roles, by their IdP role values. */
export const scannerRoles = ['analyst', 'admin', 'crowd'];

/** What the directory says, in code that shares nothing with the tested code. */
export type TruthLog = {
  /** Changes the directory, and notes what it says about every person then. */
  during(act: () => void): void;
  truth: readonly Truth[];
  saysOf(memberId: string): Truth['says'];
};

/** @param directory the identity provider's side */
export function keepTruth(emulator: Emulator, organizationId: string, directory: Directory): TruthLog {
  const truth: Truth[] = [];
  const last = new Map<string, string>();
  const saysOf = (member: MemberView): Truth['says'] => {
    if (directory.isSuspended(member.member_id)) return 'unreadable';
    if (emulator.directory.isActive(member.member_id)) return 'active';
    if (member.status !== 'active') return 'gone';
    return [false, 'False'].includes(emulator.switches.inactiveAs as boolean) ? 'gone' : 'unreadable';
  };
  const note = (member: MemberView, atMs: number) => {
    const says = saysOf(member);
    const roles = says === 'active' ? rolesOf(member) : [];
    const told = JSON.stringify([says, roles]);
    if (last.get(member.member_id) === told) return;
    last.set(member.member_id, told);
    truth.push({ atMs, memberId: member.member_id, says, roles });
  };
  return {
    truth,
    saysOf: (memberId) => saysOf(emulator.directory.member(memberId)),
    during: (act) => {
      const atMs = Date.now();
      act(); // nobody can ask in between: act and answers share this thread
      for (const member of emulator.directory.members(organizationId)) note(member, atMs);
    },
  };
}

/** The desired rows of a team's active members. */
export function expectedRows(emulator: Emulator, organizationId: string, log: TruthLog) {
  return emulator.directory
    .members(organizationId)
    .filter(({ member_id }) => log.saysOf(member_id) === 'active')
    .map((member) => ({
      memberId: member.member_id,
      user: member.email_address,
      name: member.name,
      externalId: member.scim_registration?.external_id ?? null,
      values: valuesOf(member),
      grants: rolesOf(member).map((role) => `${role} (scim)`),
    }))
    .sort((a, b) => a.memberId.localeCompare(b.memberId));
}

function valuesOf({ scim_registration: scim }: MemberView): string[] {
  const roles = (scim?.scim_attributes.roles ?? []).map(({ value }) => `${value} via roles`);
  const groups = (scim?.scim_attributes.groups ?? []).map(({ display }) => `${display} via groups`);
  return [...new Set([...roles, ...groups])].sort();
}

function rolesOf(member: MemberView): string[] {
  const held = valuesOf(member);
  return [...new Set([...values, ...scannerRoles])]
    .filter((value) => scannerRoles.includes(value) && held.some((one) => one.startsWith(`${value} via`)))
    .map((value) => `scim:${value}`)
    .sort();
}
