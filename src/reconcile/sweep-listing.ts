import { databaseClock, readingDatabase } from '../database.js';
import type { DirectoryMember } from '../directory/member.js';
import { Unavailable } from '../failures.js';
import { OrganizationUnknown } from '../stytch.js';
import { askAgainFor, changedIn, type SweepDependencies } from './ask-again.js';
import { compare } from './compare.js';
import { converge } from './converge.js';
import { understood } from './read-members.js';
import type { Occasion } from './record-events.js';
import { createShownUsers, type ShownUsers } from './shown-users.js';

export type Listing = {
  members: number;
  changed: number;
  /** The users that were right already: whom the database has beyond them, and this sweep did not write, was not shown. */
  shown: ShownUsers;
  organizationGone: boolean;
};

/**
 * Lists a team's members, all statuses, a page of 1,000 at a time, and makes the rows of each page equal to it. Holds one
 * page in memory, however large the team. Ends only when Stytch says that there is no more.
 * @throws when a page can't be had: half a listing says nothing about those who are not in it
 */
export async function sweepListing(
  deps: SweepDependencies,
  organizationId: string,
  occasion: Occasion,
): Promise<Listing> {
  const listing: Listing = { members: 0, changed: 0, shown: createShownUsers(), organizationGone: false };
  let cursor: string | null = null;
  do {
    const next = await sweepPage(deps, { organizationId, cursor }, occasion, listing);
    if (next !== null && next === cursor) throw new Unavailable('Stytch members.search goes in a circle.');
    cursor = next;
  } while (cursor !== null);
  return listing;
}

type Page = { organizationId: string; cursor: string | null };

async function sweepPage(deps: SweepDependencies, page: Page, occasion: Occasion, listing: Listing) {
  const { database, stytch } = deps;
  const fence = await readingDatabase(() => databaseClock(database));
  const search = { organizationIds: [page.organizationId], ...(page.cursor === null ? {} : { cursor: page.cursor }) };
  const found = await stytch.searchMembers(search).catch((error) => {
    if (error instanceof OrganizationUnknown) return null;
    throw error;
  });
  if (found === null) {
    listing.organizationGone = true;
    return null;
  }
  const members = understood(found.members); // who is not, was not shown, and is asked for alone
  const readings = onceEach(members).map((member) => ({ member, fence }));
  const { rightUserIds, differing } = await compare(database, readings);
  for (const userId of rightUserIds) listing.shown.add(userId);
  const tasks = differing.map((reading) => ({ reading, occasions: [occasion] }));
  const settled = await converge(database, tasks, { stampUnchanged: false });
  await askAgainFor(deps, settled, occasion);
  listing.members += found.members.length;
  listing.changed += changedIn(settled);
  return found.nextCursor;
}

/** A page may show a member twice while the index moves; the later one counts. */
function onceEach(members: readonly DirectoryMember[]): DirectoryMember[] {
  return [...new Map(members.map((member) => [member.memberId, member])).values()];
}
