import type { FaultLab } from './fault-lab.js';

/** A morning at Acme: of every ten people one leaves, one gains a role and one loses theirs; and one joins. */
export function morning(lab: FaultLab): void {
  const { directory } = lab.emulator;
  for (const [n, memberId] of lab.people.entries()) {
    if (n % 10 === 0) directory.deprovision(memberId);
    if (n % 10 === 3) directory.setRoles(memberId, ['analyst', 'admin']);
    if (n % 10 === 6) directory.setRoles(memberId, []);
  }
  directory.provision(lab.organizationId, { userName: 'new@acme.example', externalId: 'new', roles: ['admin'] });
}

/** Everybody changes: as many events as there are people. */
export function everybody(lab: FaultLab, roles: string[]): void {
  for (const memberId of lab.people) lab.emulator.directory.setRoles(memberId, roles);
}
