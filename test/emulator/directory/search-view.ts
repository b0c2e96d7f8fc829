/** A member as search shows it, which need not be all that get shows. */
import type { MemberRecord } from '../store/records.js';
import type { SearchOmission } from '../switches.js';
import type { World } from '../world.js';
import { type MemberView, memberView } from './member-view.js';
import { plant } from './plant.js';

/** What search's index has of the member: groups by the names that they had when its entry was made. */
export function indexedView(world: World, member: MemberRecord): MemberView {
  const view = memberView(world, member);
  if (world.switches.searchGroupNames === 'current') return view;
  const groups = view.scim_registration?.scim_attributes.groups ?? [];
  const named = groups.map(({ value, display }) => ({
    value,
    display: world.groupNames.nameOf(member.member_id, value) ?? display,
  }));
  return groups.length === 0 ? view : withAttributes(view, { groups: named });
}

/** What of its index search answers with. */
export function searchView({ switches }: World, indexed: MemberView): MemberView {
  return switches.searchOmits.reduce((view, omission) => OMIT[omission](view), indexed);
}

const OMIT: Record<SearchOmission, (view: MemberView) => MemberView> = {
  registration: (view) => plant(view, { scim_registration: undefined }),
  roles: (view) => plant(view, { roles: undefined }),
  scimRoles: (view) => withAttributes(view, { roles: undefined }),
  groups: (view) => withAttributes(view, { groups: undefined }),
  groupDisplay(view) {
    const groups = view.scim_registration?.scim_attributes.groups;
    return withAttributes(view, { groups: groups?.map(({ value }) => ({ value })) });
  },
};

function withAttributes(view: MemberView, scim_attributes: Readonly<Record<string, unknown>>): MemberView {
  return view.scim_registration == null ? view : plant(view, { scim_registration: { scim_attributes } });
}
