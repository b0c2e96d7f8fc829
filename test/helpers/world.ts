import { type Instant, instantOf } from '../../src/directory/instant.js';
import type { ActiveMember, DirectoryMember, GoneMember } from '../../src/directory/member.js';
import { plan } from '../../src/directory/plan.js';
import type { MemberPlan } from '../../src/directory/plan-types.js';
import { type CurrentUser, externalIdKey, type Reading, type World } from '../../src/directory/world.js';

export const earlierThanAll = instantOf('2026-01-01T00:00:00Z');
export const now = instantOf('2026-03-04T05:06:07.123456Z');
export const later = instantOf('2026-03-04T05:06:07.123457Z');

/**
 * A world in which database and directory agree: team Acme with Ada, an analyst by SCIM, and its two scim roles; team
 * Beta next door. Each test changes one thing.
 */
export function world(
  change: {
    ada?: Partial<CurrentUser>;
    others?: CurrentUser[];
    roles?: World['scimRoles'];
    /** External ids that identify nobody in Acme. */
    shared?: string[];
    /** Members without a row, and when they were last said to be gone. */
    seenGone?: Record<string, Instant>;
  } = {},
): World {
  return {
    teamByOrganization: new Map([
      ['org-acme', 'team-acme'],
      ['org-beta', 'team-beta'],
    ]),
    users: [{ ...adaRow, ...change.ada }, ...(change.others ?? [])],
    scimRoles: change.roles ?? [
      { id: 'role-analyst', teamId: 'team-acme', name: 'scim:scanner_analyst' },
      { id: 'role-admin', teamId: 'team-acme', name: 'scim:scanner_admin' },
      { id: 'role-beta-analyst', teamId: 'team-beta', name: 'scim:scanner_analyst' },
    ],
    sharedExternalIds: new Set((change.shared ?? []).map((id) => externalIdKey('team-acme', id))),
    strangersGoneAt: new Map(Object.entries(change.seenGone ?? {})),
  };
}

const adaRow: CurrentUser = {
  id: 'user-ada',
  teamId: 'team-acme',
  memberId: 'member-ada',
  email: 'ada@acme.example',
  name: 'Ada Lovelace',
  externalId: '00u-ada',
  status: 'active',
  observedAt: earlierThanAll,
  isDatedAhead: false,
  lostAt: null,
  roleValues: [{ value: 'scanner_analyst', via: 'roles' }],
  scimGrants: [{ roleId: 'role-analyst', role: 'scim:scanner_analyst' }],
  hasManualGrants: false,
  liveKeyIds: ['key-1'],
};

export function user(change: Partial<CurrentUser>): CurrentUser {
  const nothing = { roleValues: [], scimGrants: [], liveKeyIds: [], observedAt: null, externalId: null };
  return { ...adaRow, ...nothing, ...change };
}

/** What the directory says of Ada. */
export function ada(change: Partial<ActiveMember> = {}): ActiveMember {
  return {
    presence: 'active',
    memberId: 'member-ada',
    organizationId: 'org-acme',
    email: 'ada@acme.example',
    name: 'Ada Lovelace',
    externalId: '00u-ada',
    roleValues: [{ value: 'scanner_analyst', via: 'roles' }],
    isComplete: true,
    ...change,
  };
}

export function gone(memberId = 'member-ada'): GoneMember {
  return { presence: 'gone', memberId, organizationId: 'org-acme', because: 'says_gone' };
}

/** By a direct get. */
export function reading(member: DirectoryMember, date = now): Reading {
  return { member, date, isDirect: true };
}

/** By a search. @param date what it may be compared by: its fence minus the lag that is allowed for */
export function searched(member: DirectoryMember, date = now): Reading {
  return { member, date, isDirect: false };
}

/** The plan for the one member that is read. */
export function planFor(current: World, member: DirectoryMember, date = now): MemberPlan {
  const decided = plan(current, [reading(member, date)]).get(member.memberId);
  if (decided === undefined) throw new Error('no plan');
  return decided;
}

export function changesFor(current: World, member: DirectoryMember): unknown[] {
  const decided = planFor(current, member);
  return decided.decision === 'write' ? decided.changes : [decided];
}
