import type { Instant } from './instant.js';
import type { ActiveMember, DirectoryMember } from './member.js';
import { type CurrentUser, isSuperseded, type Reading, type World } from './world.js';

/** Which row is this member? */
export type Identity =
  | { is: 'user'; user: CurrentUser }
  | { is: 'link'; user: CurrentUser; by: 'external_id' | 'email' }
  | { is: 'new' }
  | { is: 'nobody' }
  | { is: 'undecided'; until: readonly string[] };

/**
 * Readings -> the members' rows, by member id, then SCIM external id, then the e-mail of a user whom no member owns yet. No two
 * members get the same row. `undecided`: the answer hangs on other members, whose states must all be read together with it.
 * @param unreadable members who are there, and of whom nothing else can be understood
 */
export function identify(
  world: World,
  readings: readonly Reading[],
  unreadable: ReadonlySet<string>,
): Map<string, Identity> {
  const readNow = new Map(readings.map(({ member }) => [member.memberId, member]));
  const ownRow = new Map(world.users.map((user) => [user.memberId, user]));
  const taken = new Set<string>();
  const identities = new Map<string, Identity>();
  // In the order of their ids, so that the same members give the same answer in whatever order they came.
  for (const { member, fence } of [...readings].sort(byMemberId)) {
    if (ownRow.has(member.memberId)) continue;
    const identity =
      member.presence === 'gone' ? nobody : identifyNewcomer(world, member, { readNow, unreadable, taken, fence });
    if (identity.is === 'link') taken.add(identity.user.id);
    identities.set(member.memberId, identity);
  }
  for (const [memberId, user] of ownRow) {
    if (memberId === null || !readNow.has(memberId)) continue;
    identities.set(memberId, taken.has(user.id) ? nobody : { is: 'user', user });
  }
  return identities;
}

const nobody: Identity = { is: 'nobody' };

type Batch = {
  readNow: ReadonlyMap<string, DirectoryMember>;
  unreadable: ReadonlySet<string>;
  taken: ReadonlySet<string>;
  fence: Instant;
};

function identifyNewcomer(world: World, member: ActiveMember, batch: Batch): Identity {
  const teamId = world.teamByOrganization.get(member.organizationId);
  const free = world.users.filter((user) => user.teamId === teamId && !batch.taken.has(user.id));
  const sameExternalId = free.filter((user) => member.externalId !== null && user.externalId === member.externalId);
  const returning = sameExternalId.map((user) => ({ user, holder: holderOf(user, batch) }));
  const vacant = returning.find(({ holder }) => holder === 'gone');
  // A row with newer knowledge than ours is looked at again, with a fresh read, before it changes hands.
  const isOlder = vacant && isSuperseded(vacant.user, batch.fence) && vacant.user.memberId !== null;
  if (isOlder || (!vacant && returning.some(({ holder }) => holder === 'unread'))) return undecided(sameExternalId);
  if (vacant) return { is: 'link', user: vacant.user, by: 'external_id' };
  const unlinked = free.find((user) => user.memberId === null && sameEmail(user.email, member.email));
  return unlinked ? { is: 'link', user: unlinked, by: 'email' } : { is: 'new' };
}

/**
 * Two members may hold the same external id (a trap of Entra's defaults). A row changes hands only when the member who
 * holds it is known to be gone; as long as that one is active, the other gets a row of its own.
 */
function holderOf(user: CurrentUser, { readNow, unreadable }: Batch): 'gone' | 'active' | 'unread' {
  if (user.memberId === null) return 'gone';
  const holder = readNow.get(user.memberId);
  if (holder) return holder.presence === 'gone' ? 'gone' : 'active';
  if (user.status === 'deactivated') return 'gone';
  return unreadable.has(user.memberId) ? 'active' : 'unread';
}

/** All holders at once: read one after the other, each makes the one before it unread again, and nobody ever decides. */
function undecided(rows: readonly CurrentUser[]): Identity {
  return { is: 'undecided', until: rows.map(({ memberId }) => memberId).filter((memberId) => memberId !== null) };
}

function sameEmail(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function byMemberId(a: Reading, b: Reading): number {
  return a.member.memberId < b.member.memberId ? -1 : 1;
}
