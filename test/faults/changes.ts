import type { FaultLab } from './fault-lab.js';

/**
 * A morning at Acme: of every ten people one leaves, one gains a role, one loses theirs, and one joins a group that is a
 * role; and somebody is new.
 */
export function morning({ emulator: { directory }, organizationId, people }: FaultLab): void {
  for (const [n, memberId] of people.entries()) {
    if (n % 10 === 0) directory.deprovision(memberId);
    if (n % 10 === 3) directory.setRoles(memberId, ['analyst', 'admin']);
    if (n % 10 === 6) directory.setRoles(memberId, []);
    if (n % 10 === 8) directory.update(memberId, { groups: ['admin'] });
  }
  directory.provision(organizationId, { userName: 'new@acme.example', externalId: 'new', roles: ['admin'] });
}

/** Everybody changes: as many events as there are people. */
export function everybody(lab: FaultLab, roles: string[]): void {
  for (const memberId of lab.people) lab.emulator.directory.setRoles(memberId, roles);
}

/** A lot at once: everybody changes, and it is morning. */
export function burst(lab: FaultLab): void {
  everybody(lab, ['admin']);
  morning(lab);
}
