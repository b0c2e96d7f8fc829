import { databaseClock, withDatabaseErrors } from '../../database/database.js';
import type { Instant } from '../../directory/instant.js';
import type { DirectoryMember } from '../../directory/member.js';
import type { Occasion } from '../../directory/sync-event.js';
import { readingAt } from '../../directory/world.js';
import { TransientError } from '../../errors/errors.js';
import { bytesIfAtOnce, membersAtOnce } from '../../process/memory-budget.js';
import { AnswerTooLarge, pageSizeMax } from '../../stytch/directory.js';
import { converge } from '../apply/converge.js';
import { spotCheck } from '../members/confirm-search.js';
import { understood } from '../members/read-members.js';
import { compare } from './compare.js';
import { requestRereads, type SweepDependencies } from './request-rereads.js';
import { createShownUsers, type ShownUsers } from './shown-users.js';

/** A team that is swept, and why. Without an organization Stytch can say nothing of its users. */
export type SweptTeam = { teamId: string; organizationId: string | null; occasion: Occasion };

/** What a listing showed of one team. */
export type Listing = {
  team: SweptTeam;
  members: number;
  /** Role values of those members. */
  values: number;
  changed: number;
  /** The active users whom it showed: whom the database has beyond them was not shown. */
  shown: ShownUsers;
};

/** Ten times this is one page of Stytch's; and the values of a member with as many roles as people commonly have. */
export const smallTeamMembersMax = 100;
const smallTeamValuesMax = 100 * smallTeamMembersMax;
/** A hundred small teams, as many as share a listing, are ten pages. */
const pagesSharedMax = 12;

/** Some of the teams that shared a listing are too large for it; these are. */
export class ListingTooLong extends Error {
  override name = 'ListingTooLong';
  readonly large: ReadonlySet<string>;

  constructor(listings: Iterable<Listing>) {
    super('A listing that small teams share is too long');
    const all = [...listings];
    const large = all.filter(({ members, values }) => members > smallTeamMembersMax || values > smallTeamValuesMax);
    this.large = new Set((large.length > 0 ? large : all).map(({ team }) => team.teamId));
  }
}

/** Ten million members: a listing of more pages than this is not going to end. */
const pagesMax = 10_000;

/**
 * Lists the members of teams, all statuses, a page of 1,000 at a time, and makes the rows of each page equal to it. Holds
 * one page in memory, however large a team is. Ends only when Stytch says that there is no more.
 * @returns a listing for each team
 * @throws when a page can't be had: half a listing says nothing about those who are not in it
 * @throws ListingTooLong when small teams share it, and not all of them are small
 * @throws OrganizationUnknown when one of them is no organization of Stytch's
 */
export async function sweepListing(deps: SweepDependencies, teams: readonly SweptTeam[]): Promise<Listing[]> {
  const listings = new Map(teams.map((team) => [team.organizationId ?? '', emptyListing(team)]));
  const cursors = new Set<string>();
  let cursor: string | null = null;
  do {
    cursor = await applyPage(deps, listings, cursor);
    if (cursor !== null && (cursors.has(cursor) || cursors.size === pagesMax)) {
      throw new TransientError('The listing of Stytch members.search does not end: a cursor came twice.');
    }
    if (cursor !== null) cursors.add(cursor);
    if (deps.isShared && teams.length > 1 && cursors.size === pagesSharedMax)
      throw new ListingTooLong(listings.values());
  } while (cursor !== null);
  return [...listings.values()];
}

export function emptyListing(team: SweptTeam): Listing {
  return { team, members: 0, values: 0, changed: 0, shown: createShownUsers() };
}

type Listings = ReadonlyMap<string, Listing>;

/**
 * Reads a page and makes its rows equal to it. Of members who hold much, fewer are asked for at once, down to one.
 * @returns the cursor of the next page
 */
async function applyPage(deps: SweepDependencies, listings: Listings, cursor: string | null): Promise<string | null> {
  const organizationIds = [...listings.keys()];
  const bytesPerMember = deps.memory.bytesPerMember(organizationIds);
  const limit = Math.min(pageSizeMax, membersAtOnce(deps.memory, organizationIds));
  const search = { organizationIds, limit, ...(cursor === null ? {} : { cursor }) };
  try {
    return await deps.memory.hold(limit * bytesPerMember, async (room) => {
      const fence = await withDatabaseErrors(() => databaseClock(deps.database));
      const { members, nextCursor, bytes } = await deps.stytch.searchMembers(search, { room });
      if (members.length > 0) deps.memory.learn(organizationIds, bytes / members.length);
      await apply({ ...deps, room }, listings, members, fence);
      return nextCursor;
    });
  } catch (error) {
    if (!(error instanceof AnswerTooLarge) || limit === 1) throw error;
    deps.memory.learn(organizationIds, bytesIfAtOnce(Math.ceil(limit / 2)));
  }
  return applyPage(deps, listings, cursor);
}

async function apply(
  deps: SweepDependencies,
  listings: Listings,
  page: readonly unknown[],
  fence: Instant,
): Promise<void> {
  const listed = onceEach(page).flatMap((member) => {
    const listing = listings.get(member.organizationId ?? '');
    const reading = readingAt({ member, isDirect: false }, fence, deps.searchLagMs);
    return listing ? [{ member, listing, reading, occasion: listing.team.occasion }] : [];
  });
  const readings = listed.map(({ reading }) => reading);
  const right = await compare(deps.database, readings);
  const tasks = listed
    .filter(({ member }) => !right.has(member.memberId))
    .map(({ reading, occasion }) => ({ reading, occasions: [occasion] }));
  const occasions = new Map(listed.map(({ member, occasion }) => [member.memberId, occasion]));
  const converged = await converge(withSpotCheck(deps), tasks, optionsOf(deps));
  const swept = await requestRereads(deps, converged, (memberId) => occasions.get(memberId) ?? { trigger: 'sweep' });
  for (const { member, listing } of listed) {
    const result = swept.get(member.memberId);
    const userId = right.get(member.memberId) ?? (result?.isActive ? result.userId : null);
    if (userId !== null) listing.shown.add(userId);
    listing.members += 1;
    if (member.presence === 'active') listing.values += member.roleValues.length;
    if (result?.outcome === 'changed') listing.changed += 1;
  }
}

/** How a sweep applies what a search shows: no event has said that anything changed. */
export function optionsOf({ dryRun = false }: SweepDependencies) {
  return { stampUnchanged: true, isUnasked: true, dryRun };
}

export function withSpotCheck(deps: SweepDependencies) {
  const { database, notices, onLeft, readMembers } = deps;
  return { database, notices, onLeft, spotCheck: spotCheck.bind(null, readMembers) };
}

/** Who can't be understood was not shown, and is asked for alone. A page may show a member twice; the later one counts. */
function onceEach(page: readonly unknown[]): DirectoryMember[] {
  return [...new Map(understood(page).map((member) => [member.memberId, member])).values()];
}
