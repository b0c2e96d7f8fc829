import { isSameEmail } from './email.js';
import type { ActiveMember } from './member.js';
import { type CurrentUser, externalIdKey, isSuperseded, type Reading, type World } from './world.js';

/** Which row is this member's? */
export type Identity =
  | { is: 'user'; user: CurrentUser }
  | { is: 'link'; user: CurrentUser; by: 'external_id' | 'email' }
  /** `apart`: a row with the same external id exists, but is not linked to this member. */
  | { is: 'new'; apart?: Apart }
  | { is: 'nobody' }
  /** The member's row is an active user of another team. */
  | { is: 'elsewhere'; user: CurrentUser }
  /** These members decide: read them directly, together with this one. */
  | { is: 'undecided'; dependsOn: readonly string[] };

/** Several members have had the external id at the same time; or the row has access granted by hand and another e-mail. */
export type Apart = 'shared_external_id' | 'manual_access';

/**
 * Finds the members' rows: by member id, then by SCIM external id, then by the e-mail of a user without a member. No two
 * members get the same row.
 * @param unreadable members who exist in Stytch, but whose objects can't be understood
 */
export function identify(
  world: World,
  readings: readonly Reading[],
  unreadable: ReadonlySet<string>,
): Map<string, Identity> {
  const ownRow = new Map(world.users.map((user) => [user.memberId, user]));
  const batch = batchOf(world, readings, unreadable);
  const identities = new Map<string, Identity>();
  // Sorted, so that the result does not depend on the order of the readings.
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

/** True if the member is active in another team than their row's. */
function isNewcomer(world: World, { member }: Reading, own: CurrentUser): boolean {
  return member.presence === 'active' && world.teamByOrganization.get(member.organizationId) !== own.teamId;
}

function identityOfNewcomer(
  world: World,
  { member, date }: Reading,
  own: CurrentUser | undefined,
  batch: Batch,
): Identity {
  if (member.presence === 'gone') return { is: 'nobody' };
  const teamId = world.teamByOrganization.get(member.organizationId);
  // The other team must deactivate its row first; a sweep of that team decides.
  if (own?.status === 'active') return { is: 'elsewhere', user: own };
  if (teamId === undefined) return { is: 'nobody' };
  const free = world.users.filter((user) => user.teamId === teamId && !batch.taken.has(user.id));
  const byId = byExternalId(world, { teamId, member, free, date }, batch);
  if (byId !== null && byId.is !== 'new') return byId;
  const unlinked = free.find((user) => user.memberId === null && isSameEmail(user.email, member.email));
  return unlinked ? { is: 'link', user: unlinked, by: 'email' } : (byId ?? { is: 'new' });
}

type Newcomer = Pick<Reading, 'date'> & { teamId: string; member: ActiveMember; free: readonly CurrentUser[] };

/** Null if no row has the external id. `new` if a row has it, but does not become the newcomer's. */
function byExternalId(world: World, newcomer: Newcomer, batch: Batch): Identity | null {
  const { teamId, member, free } = newcomer;
  if (member.externalId === null) return null;
  const key = externalIdKey(teamId, member.externalId);
  if (world.sharedExternalIds.has(key)) return { is: 'new', apart: 'shared_external_id' };
  const rows = free.filter((user) => user.externalId === member.externalId);
  if (rows.length === 0) return null;
  const holders = rows.map((user) => ({ user, holder: holderOf(user, batch) }));
  const undecided = holders.filter(({ holder }) => holder === 'undecided');
  const isShared =
    (batch.holders.get(key) ?? 0) > 1 || holders.some(({ holder }) => holder === 'active') || undecided.length > 1;
  if (isShared) return { is: 'new', apart: 'shared_external_id' };
  if (undecided.length > 0) return { is: 'undecided', dependsOn: undecided.map(({ user }) => String(user.memberId)) };
  return fromVacant(rows, newcomer);
}

/** The former holders are gone. The row becomes the newcomer's, unless the external id alone is not enough. */
function fromVacant(rows: readonly CurrentUser[], { member, date }: Newcomer): Identity {
  const sameEmail = rows.filter((user) => isSameEmail(user.email, member.email));
  const [row] = sameEmail.length > 0 ? sameEmail : rows;
  if (row === undefined || (rows.length > 1 && sameEmail.length !== 1)) {
    return { is: 'new', apart: 'shared_external_id' };
  }
  if (sameEmail.length === 0 && (row.hasManualGrants || row.liveKeyIds.length > 0)) {
    return { is: 'new', apart: 'manual_access' };
  }
  // The row is newer than this reading, so its member is read again first.
  if (row.memberId !== null && isSuperseded(row, { date })) return { is: 'undecided', dependsOn: [row.memberId] };
  return { is: 'link', user: row, by: 'external_id' };
}

type Batch = {
  readings: ReadonlyMap<string, Reading>;
  unreadable: ReadonlySet<string>;
  /** Ids of the users that members of this batch were linked to. */
  taken: Set<string>;
  /** External id (`externalIdKey`) -> how many active members have it. */
  holders: ReadonlyMap<string, number>;
};

function batchOf(world: World, readings: readonly Reading[], unreadable: ReadonlySet<string>): Batch {
  const byMember = new Map(readings.map((reading) => [reading.member.memberId, reading]));
  const mirrored = new Set(world.users.map(({ memberId }) => memberId));
  const holders = new Map<string, number>();
  for (const { member, isDirect } of byMember.values()) {
    if (member.presence === 'gone' || member.externalId === null) continue;
    const teamId = world.teamByOrganization.get(member.organizationId);
    // A search may still show a gone member as active. That is no evidence of two holders at the same time.
    if (teamId === undefined || (mirrored.has(member.memberId) && !isDirect)) continue;
    const key = externalIdKey(teamId, member.externalId);
    holders.set(key, (holders.get(key) ?? 0) + 1);
  }
  return { readings: byMember, unreadable, taken: new Set(), holders };
}

/**
 * The state of the member who holds a row. Two members may have the same external id (Entra's defaults can cause that), so a
 * row is re-linked only if its member is surely gone. A search that is too old for the row is not enough.
 */
function holderOf(user: CurrentUser, { readings, unreadable }: Batch): 'gone' | 'active' | 'undecided' {
  if (user.memberId === null) return 'gone';
  if (unreadable.has(user.memberId)) return 'active';
  const reading = readings.get(user.memberId);
  if (reading?.isDirect) return reading.member.presence;
  const isOut = user.status === 'deactivated';
  if (reading === undefined) return isOut ? 'gone' : 'undecided';
  return reading.member.presence === 'gone' && (isOut || !isSuperseded(user, reading)) ? 'gone' : 'undecided';
}

function byMemberId(a: Reading, b: Reading): number {
  return a.member.memberId < b.member.memberId ? -1 : 1;
}
