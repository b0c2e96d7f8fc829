/** members.search: pages through the members of organizations, deleted ones only on request. */
import * as z from 'zod';
import { organizationOf } from '../directory/find.js';
import { organizationView } from '../directory/organization-view.js';
import { apiError } from '../errors.js';
import type { World } from '../world.js';
import { defineCall } from './call.js';
import { type Candidates, candidatesIn } from './member-candidates.js';
import { parseMemberQuery } from './member-query.js';
import { decodeCursor, encodeCursor, limitOf, type Place } from './page.js';

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
    const organizations = idsOf(input.organization_ids).map((id) => organizationOf(world, id));
    const organizationIds = [...new Set(organizations.map((organization) => organization.organization_id))];
    const query = parseMemberQuery(world, input.query);
    const candidates = candidatesIn(world, organizationIds, query);
    const listing = [organizationIds, input.query];
    const place = decodeCursor(listing, input.cursor) ?? { position: 0, total: count(candidates) };
    const { members, next } = take(candidates, place.position, limitOf(input.limit));
    return {
      members,
      organizations: Object.fromEntries(
        organizations.map((each) => [each.organization_id, organizationView(world, each)]),
      ),
      results_metadata: resultsMetadata(world, listing, place, next),
    };
  },
});

function idsOf(organizationIds: unknown): string[] {
  const ids = z.array(z.string()).optional().safeParse(organizationIds);
  if (!ids.success) throw apiError('bad_request', 'organization_ids is an array of strings.');
  if (ids.data === undefined || ids.data.length === 0) throw apiError('member_search_organization_ids_empty');
  return ids.data;
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

function resultsMetadata(world: World, listing: unknown, { total }: Place, next: number | null) {
  return {
    total: world.switches.searchTotals ? total : -1,
    next_cursor: next === null ? null : encodeCursor(listing, { position: next, total }),
  };
}
