import fc from 'fast-check';
import type { Emulator, Person } from '../emulator/emulator.js';
import { ApiError } from '../emulator/errors.js';

/** One thing that happens in a company's directory, to its `who`-th person. */
export type Act = { who: number; lost: boolean } & (
  | { act: 'join' | 'leave' | 'delete' | 'return' | 'rename' | 'newEmail' | 'suspend' }
  | { act: 'swapEmails'; with: number }
  | { act: 'roles'; roles: string[] }
  | { act: 'groups'; groups: string[] }
  | { act: 'renameGroup' | 'deleteGroup'; group: string }
);

/** Values that a Scanner role matches, one that misses by its case, and one that matches nothing. */
export const values = ['analyst', 'admin', 'Analyst', 'engineering'];
export const people = 8;

const who = fc.nat({ max: people - 1 });
const subset = fc.subarray(values);
const lost = fc.boolean().map((value) => value); // its webhook never arrives

export const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('join' as const), who, lost }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constantFrom('leave' as const, 'delete' as const), who, lost }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constantFrom('return' as const, 'rename' as const, 'newEmail' as const),
      who,
      lost,
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('suspend' as const), who, lost }) },
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

export type PlayOptions = {
  externalIdOf?: (who: number) => string;
  /** Whether people may be given a status that no document knows. */
  canSuspend?: boolean;
};

/** The identity provider's side of a history. */
export type Directory = {
  /** Acts on the directory as an identity provider would; what makes no sense just now is left out. */
  perform(act: Act): void;
  /** Every member that somebody was, or is, and who. */
  members(): ReadonlyMap<string, number>;
  isSuspended(memberId: string): boolean;
};

export function play(emulator: Emulator, organizationId: string, options: PlayOptions = {}): Directory {
  const { externalIdOf = (n) => `ext-${n}`, canSuspend = false } = options;
  const { directory } = emulator;
  const memberIds = new Map<number, string>();
  const members = new Map<string, number>();
  const suspended = new Set<string>();
  const groups = groupsOf(emulator, organizationId);
  let counter = 0;
  const become = (n: number, memberId: string) => {
    memberIds.set(n, memberId);
    members.set(memberId, n);
  };
  const perform = (one: Act) => {
    const id = memberIds.get(one.who);
    if (one.act === 'join') return join(one.who);
    if (one.act === 'renameGroup') return groups.rename(one.group, values[counter++ % values.length] ?? '');
    if (one.act === 'deleteGroup') return groups.remove(one.group);
    if (id === undefined) return;
    if (one.act === 'return') return comeBack(one.who, id);
    if (directory.isActive(id)) memberAct(one, id);
  };
  const join = (n: number) => {
    const person = { userName: freeEmail(n), externalId: externalIdOf(n), name: `Person ${n}` };
    become(n, directory.provision(organizationId, person).member_id);
  };
  const comeBack = (n: number, id: string) => {
    const wasSuspended = suspended.delete(id);
    if (wasSuspended) directory.setMember(id, null);
    if (!directory.isActive(id)) become(n, directory.reactivate(id).member_id);
    else if (wasSuspended) directory.update(id, {});
  };
  const memberAct = (one: Act, id: string) => {
    if (one.act === 'leave') directory.deprovision(id);
    if (one.act === 'delete') directory.remove(id);
    if (one.act === 'suspend' && canSuspend) suspend(id);
    if (one.act === 'swapEmails') swap(id, memberIds.get(one.with));
    if (one.act === 'groups') groups.put(id, one.groups);
    const change = changeOf(one);
    if (change) directory.update(id, change);
  };
  const changeOf = (one: Act): Person | undefined => {
    if (one.act === 'rename') return { name: `Name ${counter++}` };
    if (one.act === 'newEmail') return { userName: `New-${counter++}@acme.example` };
    return one.act === 'roles' ? { roles: one.roles } : undefined;
  };
  const suspend = (id: string) => {
    suspended.add(id);
    directory.setMember(id, { status: 'suspended' });
    directory.update(id, {}); // Stytch says that something has changed
  };
  /** Stytch keeps a left address reserved unless it is told not to. */
  const swap = (a: string, b: string | undefined) => {
    if (b === undefined || a === b || !directory.isActive(b)) return;
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
  return {
    perform: (one) => (one.lost ? directory.silently(() => unlessRefused(one)) : unlessRefused(one)),
    members: () => members,
    isSuspended: (memberId) => suspended.has(memberId),
  };
}

/** A company's groups by their names, as people know them. */
function groupsOf({ directory }: Emulator, organizationId: string) {
  const named = (name: string) =>
    directory.groups(organizationId).find(({ group_name }) => group_name === name)?.group_id;
  return {
    /** Into these and no others. Memberships change in the groups: of the member itself nothing is said. */
    put: (memberId: string, names: readonly string[]) => {
      for (const { group_id, group_name } of directory.groups(organizationId)) {
        if (!names.includes(group_name)) directory.removeFromGroup(group_id, memberId);
      }
      for (const name of names) {
        const groupId = named(name);
        if (groupId === undefined) directory.createGroup(organizationId, name, [memberId]);
        else directory.addToGroup(groupId, memberId);
      }
    },
    rename: (name: string, newName: string) => {
      const groupId = named(name);
      if (groupId !== undefined) directory.renameGroup(groupId, newName);
    },
    remove: (name: string) => {
      const groupId = named(name);
      if (groupId !== undefined) directory.deleteGroup(groupId);
    },
  };
}
