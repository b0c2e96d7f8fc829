import fc from 'fast-check';
import type { Emulator } from '../emulator/emulator.js';
import { ApiError } from '../emulator/errors.js';

/** One thing that happens in a company's directory, to its `who`-th person. */
export type Act = { who: number; lost: boolean } & (
  | { act: 'join' | 'leave' | 'delete' | 'return' | 'rename' | 'newEmail' }
  | { act: 'swapEmails'; with: number }
  | { act: 'roles'; roles: string[] }
  | { act: 'groups'; groups: string[] }
  | { act: 'renameGroup' | 'deleteGroup'; group: string }
);

/** Values that a Scanner role matches, one that misses by its case, and one that matches nothing. */
export const values = ['analyst', 'admin', 'Analyst', 'engineering'];
const people = 6;

const who = fc.nat({ max: people - 1 });
const subset = fc.subarray(values);
const lost = fc.boolean().map((value) => value); // its webhook never arrives

export const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('join' as const), who, lost }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constantFrom('leave' as const, 'delete' as const), who, lost }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constantFrom('return' as const, 'rename' as const, 'newEmail' as const),
      who,
      lost,
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('swapEmails' as const), who, with: who, lost }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('roles' as const), who, roles: subset, lost }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('groups' as const), who, groups: subset, lost }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constantFrom('renameGroup' as const, 'deleteGroup' as const),
      who,
      group: fc.constantFrom(...values),
      lost,
    }),
  },
);

/** Acts on the directory as an identity provider would; what makes no sense just now is left out. */
export function play(emulator: Emulator, organizationId: string): (act: Act) => void {
  const memberIds = new Map<number, string>();
  let counter = 0;
  const { directory } = emulator;
  const person = (n: number) => ({ userName: `person-${n}@acme.example`, externalId: `ext-${n}`, name: `Person ${n}` });
  const perform = (one: Act) => {
    const id = memberIds.get(one.who);
    if (one.act === 'join') {
      memberIds.set(
        one.who,
        directory.provision(organizationId, { ...person(one.who), userName: freeEmail(one.who) }).member_id,
      );
      return;
    }
    if (one.act === 'renameGroup' || one.act === 'deleteGroup') return groupAct(one.act, one.group);
    if (id === undefined) return;
    const isHere = directory.member(id).status === 'active';
    if (one.act === 'return') return isHere ? undefined : void directory.reactivate(id);
    if (!isHere) return;
    memberAct(one, id);
  };
  const memberAct = (one: Act, id: string) => {
    if (one.act === 'leave') directory.deprovision(id);
    if (one.act === 'delete') directory.remove(id);
    if (one.act === 'rename') directory.update(id, { name: `Name ${counter++}` });
    if (one.act === 'newEmail') directory.update(id, { userName: `New-${counter++}@acme.example` });
    if (one.act === 'roles') directory.setRoles(id, one.roles);
    if (one.act === 'groups') directory.update(id, { groups: one.groups });
    if (one.act === 'swapEmails') swap(id, memberIds.get(one.with));
  };
  const groupAct = (what: 'renameGroup' | 'deleteGroup', name: string) => {
    const group = directory.groups(organizationId).find(({ group_name }) => group_name === name);
    if (group === undefined) return;
    if (what === 'deleteGroup') directory.deleteGroup(group.group_id);
    else directory.renameGroup(group.group_id, values[counter++ % values.length] ?? '');
  };
  /** Stytch keeps a left address reserved unless it is told not to. */
  const swap = (a: string, b: string | undefined) => {
    if (b === undefined || a === b || directory.member(b).status !== 'active') return;
    const [emailA, emailB] = [directory.member(a).email_address, directory.member(b).email_address];
    const move = (id: string, email_address: string) =>
      directory.updateMember(id, { email_address, unlink_email: true });
    move(a, `between-${counter++}@acme.example`);
    move(b, emailA);
    move(a, emailB);
  };
  const freeEmail = (n: number) => {
    const taken = directory
      .members(organizationId)
      .some((member) => member.email_address === `person-${n}@acme.example`);
    return taken ? `person-${n}-${counter++}@acme.example` : `person-${n}@acme.example`;
  };
  const unlessRefused = (one: Act) => {
    try {
      perform(one);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // Stytch refuses, an address is reserved for example: nothing happened
    }
  };
  return (one) => (one.lost ? directory.silently(() => unlessRefused(one)) : unlessRefused(one));
}
