import { databaseClock, withDatabaseErrors } from '../../database/database.js';
import type { Instant } from '../../directory/instant.js';
import type { DirectoryMember } from '../../directory/member.js';
import type { Occasion } from '../../directory/sync-event.js';
import { readingAt } from '../../directory/world.js';
import { TransientError } from '../../errors/errors.js';
import { bytesIfAtOnce, membersAtOnce } from '../../process/memory-budget.js';
import { pageSizeMax } from '../../stytch/directory.js';
import { AnswerTooLarge } from '../../stytch/translate-errors.js';
import { converge } from '../apply/converge.js';
import { readableMembers } from '../members/read-members.js';
import { spotCheck } from '../members/spot-check.js';
import { compare } from './compare.js';
import { settleMembers } from './settle-members.js';
import { createShownUsers, type ShownUsers } from './shown-users.js';
import type { SweepDependencies } from './sweep-dependencies.js';

/** A team to sweep, and why. Without an organization there is nothing to list. */
export type SweptTeam = { teamId: string; organizationId: string | null; occasion: Occasion };

/** What a listing showed for one team. */
export type Listing = {
  team: SweptTeam;
  members: number;
  /** The number of role values of those members. */
  values: number;
  changed: number;
  /** The active users in the listing. Other active users of the team are missing from it. */
  shown: ShownUsers;
};

/** Ten such teams fill one Stytch page. */
export const smallTeamMembersMax = 100;
/** A hundred role values for each member: far more than usual. */
const smallTeamValuesMax = 100 * smallTeamMembersMax;
/** A hundred small teams share a listing, and fill ten pages. */
const pagesSharedMax = 12;

/** A shared listing is too long. `large`: the teams that must be listed alone. */
export class ListingTooLong extends Error {
  override name = 'ListingTooLong';
  readonly large: ReadonlySet<string>;

  constructor(listings: Iterable<Listing>) {
    super('A listing that small teams share is too long. The large ones of these teams are listed alone.');
    const all = [...listings];
    const large = all.filter(({ members, values }) => members > smallTeamMembersMax || values > smallTeamValuesMax);
    this.large = new Set((large.length > 0 ? large : all).map(({ team }) => team.teamId));
  }
}

/** Ten million members. A longer listing never ends. */
const pagesMax = 10_000;

/**
 * Lists the members of teams, of all statuses, in pages of 1,000, and makes the database equal to each page. Holds one page in
 * memory, for a team of any size. Ends only when Stytch says that the listing is complete.
 * @returns a listing for each team
 * @throws if a page can't be read: an incomplete listing is no evidence that a member is missing
 * @throws ListingTooLong if teams share the listing and not all of them are small
 * @throws OrganizationUnknown if Stytch does not know one of the organizations
 */
export async function sweepListing(deps: SweepDependencies, teams: readonly SweptTeam[]): Promise<Listing[]> {
  const listings = new Map(teams.map((team) => [team.organizationId ?? '', emptyListing(team)]));
  const cursors = new Set<string>();
  let cursor: string | null = null;
  do {
    cursor = await applyPage(deps, listings, cursor);
    if (cursor !== null && (cursors.has(cursor) || cursors.size === pagesMax)) {
      throw new TransientError(
        `A listing by Stytch's members.search does not end: a cursor came twice, or it has more than ${pagesMax} pages. The next sweep tries again.`,
      );
    }
    if (cursor !== null) cursors.add(cursor);
    if (deps.isShared && teams.length > 1 && cursors.size === pagesSharedMax) {
      throw new ListingTooLong(listings.values());
    }
  } while (cursor !== null);
  return [...listings.values()];
}

/** A listing that has shown nobody yet. */
export function emptyListing(team: SweptTeam): Listing {
  return { team, members: 0, values: 0, changed: 0, shown: createShownUsers() };
}

type Listings = ReadonlyMap<string, Listing>;

/**
 * Reads a page and makes the database equal to it. A page that is too large is read again with fewer members, down to one.
 * @returns the cursor of the next page, or null after the last one
 */
async function applyPage(deps: SweepDependencies, listings: Listings, cursor: string | null): Promise<string | null> {
  const organizationIds = [...listings.keys()];
  const bytesPerMember = deps.memory.bytesPerMember(organizationIds);
  const limit = Math.min(pageSizeMax, membersAtOnce(deps.memory, organizationIds));
  const search = cursor === null ? { organizationIds, limit } : { organizationIds, limit, cursor };
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
  const upToDate = await compare(deps.database, readings);
  const tasks = listed
    .filter(({ member }) => !upToDate.has(member.memberId))
    .map(({ reading, occasion }) => ({ reading, occasions: [occasion] }));
  const occasions = new Map(listed.map(({ member, occasion }) => [member.memberId, occasion]));
  const converged = await converge(withSpotCheck(deps), tasks, optionsOf(deps));
  const settled = await settleMembers(deps, converged, (memberId) => occasions.get(memberId) ?? { trigger: 'sweep' });
  for (const { member, listing } of listed) {
    const result = settled.get(member.memberId);
    const userId = upToDate.get(member.memberId) ?? (result?.isActive ? result.userId : null);
    if (userId !== null) listing.shown.add(userId);
    listing.members += 1;
    if (member.presence === 'active') listing.values += member.roleValues.length;
    if (result?.outcome === 'changed') listing.changed += 1;
  }
}

/** No event asks for a sweep, so a search alone revokes nothing. */
export function optionsOf({ dryRun = false }: SweepDependencies) {
  return { stampUnchanged: true, limitDirectReads: true, dryRun };
}

/** What converge() needs in a sweep. */
export function withSpotCheck(deps: SweepDependencies) {
  const { database, notices, onDeactivated, readMembers } = deps;
  return { database, notices, onDeactivated, spotCheck: spotCheck.bind(null, readMembers) };
}

/** A member that can't be understood counts as not listed. If a page has a member twice, the later object counts. */
function onceEach(page: readonly unknown[]): DirectoryMember[] {
  return [...new Map(readableMembers(page).map((member) => [member.memberId, member])).values()];
}
