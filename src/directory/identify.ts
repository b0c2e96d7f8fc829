import { isSameEmail } from './email.js';
import type { ActiveMember } from './member.js';
import { type CurrentUser, externalIdKey, isSuperseded, type Reading, type World } from './world.js';

/** Which row is this member? */
export type Identity =
  | { is: 'user'; user: CurrentUser }
  | { is: 'link'; user: CurrentUser; by: 'external_id' | 'email' }
  /** `apart`: a row with the same external id is there, and is not given away. */
  | { is: 'new'; apart?: Apart }
  | { is: 'nobody' }
  /** The member's row is that of an active user of another team. */
  | { is: 'elsewhere'; user: CurrentUser }
  /** The answer hangs on these members, who must be asked about directly, together with this one. */
  | { is: 'undecided'; until: readonly string[] };

/** Several members have held the external id at once; or the row has access given by hand, and another e-mail. */
export type Apart = 'shared_external_id' | 'manual_access';

/**
 * Readings -> the members' rows, by member id, then SCIM external id, then the e-mail of a user whom no member owns yet. No two
 * members get the same row.
 * @param unreadable members who are there, and of whom nothing else can be understood
 */
export function identify(
  world: World,
  readings: readonly Reading[],
  unreadable: ReadonlySet<string>,
): Map<string, Identity> {
  const ownRow = new Map(world.users.map((user) => [user.memberId, user]));
  const batch = batchOf(world, readings, unreadable);
  const identities = new Map<string, Identity>();
  // In the order of their ids, so that the same members give the same answer in whatever order they came.
  for (const reading of [...readings].sort(byMemberId)) {
    const { memberId } = reading.member;
    const own = ownRow.get(memberId);
    if (own && !isNewcomer(world, reading, own)) continue;
    const identity = identityOfNewcomer(world, reading, own, batch);
    if (identity.is === 'link') batch.taken.add(identity.user.id);
    identities.set(memberId, identity);
  }
  for (const { member } of readings) {
    const user = ownRow.get(member.memberId);
    if (!user || identities.has(member.memberId)) continue;
    identities.set(member.memberId, batch.taken.has(user.id) ? { is: 'nobody' } : { is: 'user', user });
  }
  return identities;
}

/** A member who is active in another team than the row that they have. */
function isNewcomer(world: World, { member }: Reading, own: CurrentUser): boolean {
  return member.presence === 'active' && world.teamByOrganization.get(member.organizationId) !== own.teamId;
}

function identityOfNewcomer(
  world: World,
  { member, ...reading }: Reading,
  own: CurrentUser | undefined,
  batch: Batch,
): Identity {
  if (member.presence === 'gone') return { is: 'nobody' };
  const teamId = world.teamByOrganization.get(member.organizationId);
  // A row in another team is given up there first, by what a sweep of that team decides.
  if (own?.status === 'active') return { is: 'elsewhere', user: own };
  if (teamId === undefined) return { is: 'nobody' };
  const free = world.users.filter((user) => user.teamId === teamId && !batch.taken.has(user.id));
  const returned = byExternalId(world, { teamId, member, free, ...reading }, batch);
  if (returned !== null && returned.is !== 'new') return returned;
  const unlinked = free.find((user) => user.memberId === null && isSameEmail(user.email, member.email));
  return unlinked ? { is: 'link', user: unlinked, by: 'email' } : (returned ?? { is: 'new' });
}

type Newcomer = Pick<Reading, 'date'> & { teamId: string; member: ActiveMember; free: readonly CurrentUser[] };

/** Null when nobody has had the external id; `new` when somebody has, and the newcomer is not taken for them. */
function byExternalId(world: World, newcomer: Newcomer, batch: Batch): Identity | null {
  const { teamId, member, free } = newcomer;
  if (member.externalId === null) return null;
  const key = externalIdKey(teamId, member.externalId);
  if (world.sharedExternalIds.has(key)) return { is: 'new', apart: 'shared_external_id' };
  const rows = free.filter((user) => user.externalId === member.externalId);
  if (rows.length === 0) return null;
  const holders = rows.map((user) => ({ user, holder: holderOf(user, batch) }));
  const unread = holders.filter(({ holder }) => holder === 'unread');
  const isShared =
    (batch.holders.get(key) ?? 0) > 1 || holders.some(({ holder }) => holder === 'active') || unread.length > 1;
  if (isShared) return { is: 'new', apart: 'shared_external_id' };
  if (unread.length > 0) return { is: 'undecided', until: unread.map(({ user }) => String(user.memberId)) };
  return fromVacant(rows, newcomer);
}

/** Whoever held the row is gone: it is the newcomer's, unless more than an external id is needed to be sure. */
function fromVacant(rows: readonly CurrentUser[], { member, date }: Newcomer): Identity {
  const sameEmail = rows.filter((user) => isSameEmail(user.email, member.email));
  const [row] = sameEmail.length > 0 ? sameEmail : rows;
  if (row === undefined || (rows.length > 1 && sameEmail.length !== 1)) {
    return { is: 'new', apart: 'shared_external_id' };
  }
  if (sameEmail.length === 0 && (row.hasManualGrants || row.liveKeyIds.length > 0)) {
    return { is: 'new', apart: 'manual_access' };
  }
  // A row with newer knowledge than ours is looked at again, with a fresh read, before it changes hands.
  if (row.memberId !== null && isSuperseded(row, { date })) return { is: 'undecided', until: [row.memberId] };
  return { is: 'link', user: row, by: 'external_id' };
}

type Batch = {
  readNow: ReadonlyMap<string, Reading>;
  unreadable: ReadonlySet<string>;
  taken: Set<string>;
  /** External id (`externalIdKey`) -> how many active members have it. */
  holders: ReadonlyMap<string, number>;
};

function batchOf(world: World, readings: readonly Reading[], unreadable: ReadonlySet<string>): Batch {
  const readNow = new Map(readings.map((reading) => [reading.member.memberId, reading]));
  const mirrored = new Set(world.users.map(({ memberId }) => memberId));
  const holders = new Map<string, number>();
  for (const { member, isDirect } of readNow.values()) {
    if (member.presence === 'gone' || member.externalId === null) continue;
    const teamId = world.teamByOrganization.get(member.organizationId);
    // A search may show somebody who has a row, and is gone, as active still: that is no evidence of two at once.
    if (teamId === undefined || (mirrored.has(member.memberId) && !isDirect)) continue;
    const key = externalIdKey(teamId, member.externalId);
    holders.set(key, (holders.get(key) ?? 0) + 1);
  }
  return { readNow, unreadable, taken: new Set(), holders };
}

/**
 * Two members may hold the same external id (a trap of Entra's defaults). A row changes hands only when the member who
 * holds it is known to be gone; a search that says so, and is too old for the row, does not count as knowing.
 */
function holderOf(user: CurrentUser, { readNow, unreadable }: Batch): 'gone' | 'active' | 'unread' {
  if (user.memberId === null) return 'gone';
  if (unreadable.has(user.memberId)) return 'active';
  const reading = readNow.get(user.memberId);
  if (reading?.isDirect) return reading.member.presence;
  const isOut = user.status === 'deactivated';
  if (reading === undefined) return isOut ? 'gone' : 'unread';
  return reading.member.presence === 'gone' && (isOut || !isSuperseded(user, reading)) ? 'gone' : 'unread';
}

function byMemberId(a: Reading, b: Reading): number {
  return a.member.memberId < b.member.memberId ? -1 : 1;
}
