/** The IdP's groups and who is in them. */
import type { GroupRecord } from './records.js';

export interface Groups {
  get(groupId: string): GroupRecord | undefined;
  save(group: GroupRecord): void;
  remove(groupId: string): void;
  all(): IterableIterator<GroupRecord>;
  /** In order of creation. */
  inConnection(connectionId: string): readonly GroupRecord[];
  add(groupId: string, memberId: string, membershipId: string): void;
  /** The id of the membership that ended, if there was one. */
  drop(groupId: string, memberId: string): string | undefined;
  membersOf(groupId: string): ReadonlyMap<string, string>;
  of(memberId: string): readonly GroupRecord[];
}

export interface GroupListeners {
  /** Called before a member joins or leaves a group. */
  beforeMember(memberId: string): void;
  /** Called before a member's group changes its name. */
  beforeName(memberId: string, group: GroupRecord): void;
  changed(): void;
}

export function createGroups({ beforeMember, beforeName, changed }: GroupListeners): Groups {
  const groups = new Map<string, GroupRecord>();
  const memberships = new Map<string, Map<string, string>>();
  const groupIdsByMember = new Map<string, Set<string>>();
  const idsByConnection = new Map<string, Set<string>>();
  const membersOf = (groupId: string): Map<string, string> => memberships.get(groupId) ?? new Map();

  function drop(groupId: string, memberId: string): string | undefined {
    const membershipId = membersOf(groupId).get(memberId);
    if (membershipId === undefined) return undefined;
    beforeMember(memberId);
    membersOf(groupId).delete(memberId);
    groupIdsByMember.get(memberId)?.delete(groupId);
    return membershipId;
  }

  const recordsOf = (ids: Iterable<string> = []) => [...ids].flatMap((groupId) => groups.get(groupId) ?? []);

  return {
    get: (groupId) => groups.get(groupId),
    save(group) {
      const before = groups.get(group.group_id) ?? group;
      for (const memberId of membersOf(group.group_id).keys()) beforeName(memberId, before);
      groups.set(group.group_id, group);
      if (!memberships.has(group.group_id)) memberships.set(group.group_id, new Map());
      setOf(idsByConnection, group.connection_id).add(group.group_id);
      changed();
    },
    remove(groupId) {
      for (const memberId of [...membersOf(groupId).keys()]) drop(groupId, memberId);
      memberships.delete(groupId);
      idsByConnection.get(groups.get(groupId)?.connection_id ?? '')?.delete(groupId);
      groups.delete(groupId);
      changed();
    },
    all: () => groups.values(),
    inConnection: (connectionId) => recordsOf(idsByConnection.get(connectionId)),
    add(groupId, memberId, membershipId) {
      beforeMember(memberId);
      memberships.get(groupId)?.set(memberId, membershipId);
      setOf(groupIdsByMember, memberId).add(groupId);
    },
    drop,
    membersOf,
    of: (memberId) => recordsOf(groupIdsByMember.get(memberId)),
  };
}

function setOf(sets: Map<string, Set<string>>, id: string): Set<string> {
  const set = sets.get(id) ?? new Set();
  sets.set(id, set);
  return set;
}
