import { believe, type SearchRevokes } from './belief.js';
import type { Change } from './change.js';
import { type Identity, identify } from './identify.js';
import type { ActiveMember, GoneMember } from './member.js';
import type { MemberPlan, UserRow } from './member-plan.js';
import { type RoleValue, roleValueKey } from './role-values.js';
import { type CurrentUser, type Grant, type Reading, type ScimRole, scimRoleName, type World } from './world.js';

export type PlanOptions = {
  /** Members who are there, and of whom nothing else can be understood: they keep their rows. */
  unreadable?: ReadonlySet<string>;
  searchTakes?: SearchRevokes;
};

/**
 * The heart: current rows + directory state -> changes. Pure, and idempotent: planned again after it was applied, every
 * change is gone and only the empty plan is left. That is why hints may come twice, late, or in any order.
 * @param readings each member once
 * @returns a plan for each member id
 */
export function plan(
  world: World,
  readings: readonly Reading[],
  { unreadable = new Set(), searchTakes = 'after_event' }: PlanOptions = {},
): Map<string, MemberPlan> {
  const identities = identify(world, readings, unreadable);
  const rolesByTeam = groupRoles(world.scimRoles);
  return new Map(
    readings.map((reading) => {
      const { memberId } = reading.member;
      const identity = identities.get(memberId) ?? { is: 'nobody' };
      const planned = planMember(world, rolesByTeam, reading, identity);
      const seenGoneAt = world.strangersSeenGone.get(memberId) ?? null;
      return [memberId, believe(planned, reading, { user: userOf(identity), seenGoneAt, searchTakes })];
    }),
  );
}

/**
 * The same rule of roles without a reading, for when a role changed and the directory did not: users as they are + the
 * team's roles as they are now -> grants to add and remove, for each user who lacks or has one too many.
 */
export function planGrants(users: readonly CurrentUser[], scimRoles: readonly ScimRole[]): Map<string, Change[]> {
  const rolesByTeam = groupRoles(scimRoles);
  const planned = users.map((user): [string, Change[]] => {
    const desired =
      user.status === 'active' ? grantsFor(user.roleValues, rolesByTeam.get(user.teamId) ?? new Map()) : [];
    return [user.id, grantChanges(user.scimGrants, desired)];
  });
  return new Map(planned.filter(([, changes]) => changes.length > 0));
}

type RolesByTeam = ReadonlyMap<string, ReadonlyMap<string, ScimRole>>;

function planMember(world: World, rolesByTeam: RolesByTeam, { member }: Reading, identity: Identity): MemberPlan {
  if (identity.is === 'undecided')
    return { decision: 'look', memberIds: identity.until, because: 'undecided', user: null };
  if (identity.is === 'elsewhere') return { decision: 'leave', because: 'elsewhere', user: identity.user };
  const user = userOf(identity);
  if (member.presence === 'gone') {
    return user ? planLeaver(user, member) : { decision: 'leave', because: 'unknown_member', user };
  }
  const teamId = world.teamByOrganization.get(member.organizationId);
  if (teamId === undefined) return { decision: 'leave', because: 'unknown_team', user };
  return planActive(member, teamId, identity, user, rolesByTeam.get(teamId) ?? new Map());
}

function userOf(identity: Identity): CurrentUser | null {
  return identity.is === 'user' || identity.is === 'link' ? identity.user : null;
}

function planActive(
  member: ActiveMember,
  teamId: string,
  identity: Identity,
  user: CurrentUser | null,
  roles: ReadonlyMap<string, ScimRole>,
): MemberPlan {
  const { memberId, email, name, externalId } = member;
  const row: UserRow = { id: user?.id ?? null, memberId, teamId, email, name, externalId, status: 'active' };
  const changes = [
    ...userChanges(identity, user, row),
    ...roleValueChanges(user?.roleValues ?? [], member.roleValues),
    ...grantChanges(user?.scimGrants ?? [], grantsFor(member.roleValues, roles)),
  ];
  return { decision: 'write', row, changes };
}

/** Rule of leaving: no access, no scim grant, no key that still opens a door. The row and its profile stay. */
function planLeaver(user: CurrentUser, { memberId, because }: GoneMember): MemberPlan {
  const changes: Change[] = [
    ...(user.status === 'active' ? [{ type: 'user_deactivated', because } as const] : []),
    ...roleValueChanges(user.roleValues, []),
    ...grantChanges(user.scimGrants, []),
    ...user.liveKeyIds.map((keyId) => ({ type: 'api_key_revoked', keyId }) as const),
  ];
  return { decision: 'write', row: { ...profileOf(user), id: user.id, memberId, status: 'deactivated' }, changes };
}

/** Rule of users: created, linked, kept equal, or back again (with the same row; revoked keys stay revoked). */
function userChanges(identity: Identity, user: CurrentUser | null, row: UserRow): Change[] {
  if (user === null) {
    const apart = identity.is === 'new' ? identity.apart : undefined;
    return [apart === undefined ? { type: 'user_created' } : { type: 'user_created', apart }];
  }
  const fields = (['email', 'name', 'externalId'] as const).filter((field) => user[field] !== row[field]);
  return [
    ...(identity.is === 'link' ? [{ type: 'user_linked', by: identity.by } as const] : []),
    ...(user.status === 'deactivated' ? [{ type: 'user_reactivated' } as const] : []),
    ...(fields.length > 0 ? [{ type: 'user_updated', fields } as const] : []),
  ];
}

function roleValueChanges(current: readonly RoleValue[], desired: readonly RoleValue[]): Change[] {
  const { added, removed } = difference(current, desired, roleValueKey);
  return [
    ...added.map((value) => ({ type: 'idp_role_value_added', ...value }) as const),
    ...removed.map((value) => ({ type: 'idp_role_value_removed', ...value }) as const),
  ];
}

/** Rule of roles: exactly the team's `scim:` roles whose value the IdP says the user holds. */
function grantChanges(current: readonly Grant[], desired: readonly Grant[]): Change[] {
  const { added, removed } = difference(current, desired, (grant) => grant.roleId);
  return [
    ...added.map((grant) => ({ type: 'role_granted', ...grant }) as const),
    ...removed.map((grant) => ({ type: 'role_revoked', ...grant }) as const),
  ];
}

function grantsFor(values: readonly RoleValue[], roles: ReadonlyMap<string, ScimRole>): Grant[] {
  const names = new Set(values.map(({ value }) => scimRoleName(value)));
  const matching = [...names].map((name) => roles.get(name)).filter((role) => role !== undefined);
  return matching.map((role) => ({ roleId: role.id, role: role.name }));
}

function groupRoles(roles: readonly ScimRole[]): RolesByTeam {
  const byTeam = new Map<string, Map<string, ScimRole>>();
  for (const role of roles) {
    const named = byTeam.get(role.teamId) ?? new Map<string, ScimRole>();
    byTeam.set(role.teamId, named.set(role.name, role));
  }
  return byTeam;
}

function profileOf({ teamId, email, name, externalId }: CurrentUser) {
  return { teamId, email, name, externalId };
}

function difference<T>(current: readonly T[], desired: readonly T[], keyOf: (item: T) => string) {
  const has = new Set(current.map(keyOf));
  const wanted = new Set(desired.map(keyOf));
  return {
    added: desired.filter((item) => !has.has(keyOf(item))),
    removed: current.filter((item) => !wanted.has(keyOf(item))),
  };
}
