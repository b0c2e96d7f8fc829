/** The members that a search looks through, as search sees them: lagging, and with the omitted ones left out. */
import type { MemberView } from '../directory/member-view.js';
import { indexedView, searchView } from '../directory/search-view.js';
import type { MemberRecord } from '../store/records.js';
import type { World } from '../world.js';
import type { SearchRow } from './member-filters.js';
import type { MemberQuery } from './member-query.js';

export interface Candidates {
  readonly length: number;
  /** The member at that position, rendered on demand; undefined when the search does not show it. */
  match(position: number): (() => MemberView) | undefined;
}

export function candidatesIn(world: World, organizationIds: readonly string[], query: MemberQuery): Candidates {
  const byId = query.memberIds !== undefined;
  const lagMs = world.faults.drawSearchLag();
  const ids = byId
    ? named(world, organizationIds, query.memberIds)
    : organizationIds.flatMap((organizationId) => world.store.members.idsOf(organizationId));
  return {
    length: ids.length,
    match(position) {
      const row = rowOf(world, ids[position] ?? '', lagMs);
      const isShown = row !== undefined && query.matches(row) && !world.faults.isOmitted(row.view, byId);
      return isShown ? row.view : undefined;
    },
  };
}

/** Not in the order of the request: nobody may rely on that. */
function named(world: World, organizationIds: readonly string[], wanted: readonly string[]): readonly string[] {
  const organizations = new Set(organizationIds);
  const found = wanted.flatMap((id) => {
    const member = world.store.members.get(id);
    if (member !== undefined) return organizations.has(member.organization_id) ? id : [];
    return organizationIds.flatMap((each) => world.store.members.byExternalId(each, id)?.member_id ?? []);
  });
  return [...new Set(found)].sort();
}

function rowOf(world: World, memberId: string, lagMs: number): SearchRow | undefined {
  const past = world.past.asOf(memberId, lagMs);
  if (past === null) return undefined;
  if (past !== undefined) return { ...past, view: () => searchView(world, past) };
  const member = world.store.members.get(memberId);
  return member === undefined ? undefined : rowNow(world, member);
}

function rowNow(world: World, member: MemberRecord): SearchRow {
  const { member_id, external_id, status, email_address, is_breakglass, mfa_phone_number, planted } = member;
  return {
    member_id,
    external_id,
    status: typeof planted?.status === 'string' ? planted.status : status,
    email_address,
    is_breakglass,
    mfa_phone_number,
    view: () => searchView(world, indexedView(world, member)),
  };
}
