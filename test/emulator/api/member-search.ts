/** members.search: pages through the members of organizations, deleted ones only on request. */
import * as z from 'zod';
import { organizationOf } from '../directory/find.js';
import { organizationView } from '../directory/organization-view.js';
import { ApiError, apiError } from '../errors.js';
import type { SearchExtent } from '../faults/search-timeout.js';
import type { World } from '../world.js';
import { defineCall } from './call.js';
import { list, resultsMetadata } from './list-end.js';
import { type Candidates, candidatesIn } from './member-candidates.js';
import { assertFew } from './member-filters.js';
import { parseMemberQuery } from './member-query.js';
import { nextPlace } from './next-place.js';
import { decodeCursor, encodeCursor, limitOf } from './page.js';

export const memberSearch = defineCall({
  name: 'members.search',
  method: 'post',
  path: '/v1/b2b/organizations/members/search',
  input: z.strictObject({
    organization_ids: z.unknown().optional(),
    cursor: z.unknown().optional(),
    limit: z.unknown().optional(),
    query: z.unknown().optional(),
  }),
  permissions: ({ organization_ids }) =>
    idsOf(organization_ids).map((organization_id) => ({
      organization_id,
      resource_id: 'stytch.member',
      action: 'search',
    })),
  handle(world, input) {
    const asked = idsOf(input.organization_ids);
    assertFew(world, asked, world.switches.searchMaxOrganizations, 'organization_ids');
    const organizations = asked.map((id) => organizationOf(world, id));
    const organizationIds = [...new Set(organizations.map((organization) => organization.organization_id))];
    const query = parseMemberQuery(world, input.query);
    assertInTime(world, { organizationIds, memberIds: query.memberIds });
    const candidates = candidatesIn(world, organizationIds, query);
    const listing = [organizationIds, input.query];
    const place = decodeCursor(listing, input.cursor);
    const { position, total } = place ?? { position: 0, total: count(candidates) };
    const { members, next } = take(candidates, position, limitOf(input.limit));
    const following = nextPlace(world, place, next === null ? null : { position: next, total });
    return {
      ...list(world, 'members', members),
      organizations: Object.fromEntries(
        organizations.map((each) => [each.organization_id, organizationView(world, each)]),
      ),
      ...resultsMetadata(world, total, following === null ? null : encodeCursor(listing, following)),
    };
  },
});

function idsOf(organizationIds: unknown): string[] {
  const ids = z.array(z.string()).optional().safeParse(organizationIds);
  if (!ids.success) throw apiError('bad_request', 'organization_ids is an array of strings.');
  if (ids.data === undefined || ids.data.length === 0) throw apiError('member_search_organization_ids_empty');
  return ids.data;
}

function assertInTime(world: World, extent: SearchExtent): void {
  const timeout = world.faults.searchTimeoutOf(extent);
  if (timeout === undefined) return;
  throw new ApiError(timeout.status, timeout.errorType ?? 'search_timeout', 'The search took too long.');
}

/** Looks one match ahead: the last page has no cursor. */
function take(candidates: Candidates, start: number, limit: number) {
  const members: object[] = [];
  for (let position = start; position < candidates.length; position++) {
    const member = candidates.match(position);
    if (member === undefined) continue;
    if (members.length === limit) return { members, next: position };
    members.push(member());
  }
  return { members, next: null };
}

/** Counted once per listing: the cursor carries it to the next pages. */
function count(candidates: Candidates): number {
  let total = 0;
  for (let position = 0; position < candidates.length; position++) {
    if (candidates.match(position) !== undefined) total += 1;
  }
  return total;
}
