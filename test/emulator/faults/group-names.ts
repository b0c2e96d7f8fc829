/** The names of groups as search still has them: a member's entry is made anew when the member changes, not its group. */
import type { GroupRecord } from '../store/records.js';

export interface IndexedGroupNames {
  /** The member's group is about to be renamed: the name that search has already, or this one, stays in its entry. */
  keep(memberId: string, group: GroupRecord): void;
  /** The member's entry is made anew. */
  renew(memberId: string): void;
  /** undefined where the entry has the name that the group has. */
  nameOf(memberId: string, groupId: string): string | undefined;
}

export function createIndexedGroupNames(): IndexedGroupNames {
  const kept = new Map<string, Map<string, string>>();
  return {
    keep(memberId, { group_id, group_name }) {
      const names = kept.get(memberId) ?? new Map();
      if (!names.has(group_id)) names.set(group_id, group_name);
      kept.set(memberId, names);
    },
    renew: (memberId) => void kept.delete(memberId),
    nameOf: (memberId, groupId) => kept.get(memberId)?.get(groupId),
  };
}
