import { databaseClock, readingDatabase } from '../database.js';
import type { Instant } from '../directory/instant.js';
import type { DirectoryMember } from '../directory/member.js';
import { Unavailable } from '../failures.js';
import { askAgainFor, isChanged, type SweepDependencies } from './ask-again.js';
import { compare } from './compare.js';
import { converge } from './converge.js';
import { understood } from './read-members.js';
import type { Occasion } from './record-events.js';
import { createShownUsers, type ShownUsers } from './shown-users.js';

/** A team that is swept, and why. */
export type SweptTeam = { teamId: string; organizationId: string; occasion: Occasion };

/** What a listing showed of one team. */
export type Listing = {
  team: SweptTeam;
  members: number;
  changed: number;
  /** The users that were right already: whom the database has beyond them, and this sweep did not write, was not shown. */
  shown: ShownUsers;
};

/**
 * Lists the members of teams, all statuses, a page of 1,000 at a time, and makes the rows of each page equal to it. Holds
 * one page in memory, however large a team is. Ends only when Stytch says that there is no more.
 * @returns a listing for each team
 * @throws when a page can't be had: half a listing says nothing about those who are not in it
 * @throws OrganizationUnknown when one of them is no organization of Stytch's
 */
export async function sweepListing(deps: SweepDependencies, teams: readonly SweptTeam[]): Promise<Listing[]> {
  const listings = new Map(teams.map((team) => [team.organizationId, emptyListing(team)]));
  const organizationIds = [...listings.keys()];
  let cursor: string | null = null;
  do {
    const fence = await readingDatabase(() => databaseClock(deps.database));
    const page = await deps.stytch.searchMembers({ organizationIds, ...(cursor === null ? {} : { cursor }) });
    await applyPage(deps, listings, page.members, fence);
    if (page.nextCursor !== null && page.nextCursor === cursor) {
      throw new Unavailable('Stytch members.search goes in a circle.');
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  return [...listings.values()];
}

export function emptyListing(team: SweptTeam): Listing {
  return { team, members: 0, changed: 0, shown: createShownUsers() };
}

async function applyPage(
  deps: SweepDependencies,
  listings: ReadonlyMap<string, Listing>,
  page: readonly unknown[],
  fence: Instant,
): Promise<void> {
  const listed = onceEach(page).flatMap((member) => {
    const listing = listings.get(member.organizationId ?? '');
    return listing ? [{ member, listing, reading: { member, fence } }] : [];
  });
  const { right, differing } = await compare(
    deps.database,
    listed.map(({ reading }) => reading),
  );
  const tasks = listed
    .filter(({ member }) => differing.has(member.memberId))
    .map(({ reading, listing }) => ({ reading, occasions: [listing.team.occasion] }));
  const settled = await converge(deps.database, tasks, { stampUnchanged: false });
  for (const { member, listing } of listed) {
    const userId = right.get(member.memberId);
    if (userId !== undefined) listing.shown.add(userId);
    listing.members += 1;
    if (isChanged(settled.get(member.memberId))) listing.changed += 1;
  }
  const occasions = new Map(listed.map(({ member, listing }) => [member.memberId, listing.team.occasion]));
  await askAgainFor(deps, settled, (memberId) => occasions.get(memberId) ?? { trigger: 'sweep' });
}

/** Who can't be understood was not shown, and is asked for alone. A page may show a member twice; the later one counts. */
function onceEach(page: readonly unknown[]): DirectoryMember[] {
  return [...new Map(understood(page).map((member) => [member.memberId, member])).values()];
}
