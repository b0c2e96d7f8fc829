import type { Change } from './change.js';
import { checkEvidence } from './evidence.js';
import { type Identity, identify } from './identify.js';
import type { ActiveMember, GoneMember } from './member.js';
import type { MemberPlan, UserRow } from './plan-types.js';
import { type RoleValue, roleValueKey } from './role-values.js';
import { type CurrentUser, type Grant, type Reading, type ScimRole, scimRoleName, type World } from './world.js';

export type PlanOptions = {
  /** Members who exist in Stytch, but whose objects can't be understood. They keep their rows. */
  unreadable?: ReadonlySet<string>;
  /** A spot check has confirmed what the search would revoke. */
  isConfirmed?: boolean;
};

/**
 * Current rows + directory state -> changes. Idempotent: after a plan was applied, planning again gives no change. So hints
 * may come twice, late, or in any order.
 * @param readings each member once
 * @returns member id -> plan
 */
export function plan(
  world: World,
  readings: readonly Reading[],
  { unreadable = new Set(), isConfirmed = false }: PlanOptions = {},
): Map<string, MemberPlan> {
  const identities = identify(world, readings, unreadable);
  const rolesByTeam = groupRoles(world.scimRoles);
  return new Map(
    readings.map((reading) => {
      const { memberId } = reading.member;
      const identity = identities.get(memberId) ?? { is: 'nobody' };
      const planned = planMember(world, rolesByTeam, reading, identity);
      const lastGoneAt = world.strangersGoneAt.get(memberId) ?? null;
      return [memberId, checkEvidence(planned, reading, { user: userOf(identity), lastGoneAt, isConfirmed })];
    }),
  );
}

/**
 * The same rule for grants, without a reading: a role was changed, not the directory. Users + the team's current roles ->
 * changes of grants, by user id.
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
  if (identity.is === 'undecided') {
    return { decision: 'read_directly', memberIds: identity.dependsOn, because: 'identity', user: null };
  }
  if (identity.is === 'elsewhere') return { decision: 'leave', because: 'elsewhere', user: identity.user };
  const user = userOf(identity);
  if (member.presence === 'gone') {
    return user ? planLeaver(user, member) : { decision: 'leave', because: 'unknown_member', user };
  }
  const teamId = world.teamByOrganization.get(member.organizationId);
  if (teamId === undefined) return { decision: 'leave', because: 'unknown_team', user };
  return planActive({ member, teamId, identity }, rolesByTeam.get(teamId) ?? new Map());
}

function userOf(identity: Identity): CurrentUser | null {
  return identity.is === 'user' || identity.is === 'link' ? identity.user : null;
}

function planActive(
  { member, teamId, identity }: { member: ActiveMember; teamId: string; identity: Identity },
  roles: ReadonlyMap<string, ScimRole>,
): MemberPlan {
  const user = userOf(identity);
  const { memberId, email, name, externalId } = member;
  const row: UserRow = { id: user?.id ?? null, memberId, teamId, email, name, externalId, status: 'active' };
  const changes = [
    ...userChanges(identity, user, row),
    ...roleValueChanges(user?.roleValues ?? [], member.roleValues),
    ...grantChanges(user?.scimGrants ?? [], grantsFor(member.roleValues, roles)),
  ];
  return { decision: 'write', row, changes };
}

/** The rule for leavers: no access, no scim grants, no live API keys. The row and its profile stay. */
function planLeaver(user: CurrentUser, { memberId, because }: GoneMember): MemberPlan {
  const changes: Change[] = [];
  if (user.status === 'active') changes.push({ type: 'user_deactivated', because });
  changes.push(...roleValueChanges(user.roleValues, []), ...grantChanges(user.scimGrants, []));
  for (const keyId of user.liveKeyIds) changes.push({ type: 'api_key_revoked', keyId });
  return { decision: 'write', row: { ...profileOf(user), id: user.id, memberId, status: 'deactivated' }, changes };
}

/** The rule for users: created, linked, updated or reactivated. A reactivated user keeps the row; revoked keys stay revoked. */
function userChanges(identity: Identity, user: CurrentUser | null, row: UserRow): Change[] {
  if (user === null) {
    const apart = identity.is === 'new' ? identity.apart : undefined;
    return [apart === undefined ? { type: 'user_created' } : { type: 'user_created', apart }];
  }
  const fields = (['email', 'name', 'externalId'] as const).filter((field) => user[field] !== row[field]);
  const changes: Change[] = [];
  if (identity.is === 'link') changes.push({ type: 'user_linked', by: identity.by });
  if (user.status === 'deactivated') changes.push({ type: 'user_reactivated' });
  if (fields.length > 0) changes.push({ type: 'user_updated', fields });
  return changes;
}

function roleValueChanges(current: readonly RoleValue[], desired: readonly RoleValue[]): Change[] {
  const { added, removed } = difference(current, desired, roleValueKey);
  return [
    ...added.map((value) => ({ type: 'idp_role_value_added', ...value }) as const),
    ...removed.map((value) => ({ type: 'idp_role_value_removed', ...value }) as const),
  ];
}

/** The rule for grants: exactly the team's `scim:` roles whose values the user holds. */
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
