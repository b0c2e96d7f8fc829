import { earlierBy, type Instant } from './instant.js';
import type { DirectoryMember } from './member.js';
import type { RoleValue } from './role-values.js';

/**
 * What the directory said about a member, and when that was true. It never changes a row that shows a later reading, so a
 * slow, older read can't overwrite a newer one.
 */
export type Reading = {
  member: DirectoryMember;
  /**
   * The state is at least as new as this date. For a get: the fence (the database's clock just before the read). For a search:
   * the fence minus the longest lag of the index. For a signed event: when it was sent.
   */
  date: Instant;
  /** True for a get and a signed event, false for a search. A search that is too old for a row is followed by a get. */
  isDirect: boolean;
};

/**
 * A reading by get or search.
 * @param fence the database's clock before the read
 * @param searchLagMs how far the index may lag
 */
export function readingAt(
  { member, isDirect }: Pick<Reading, 'member' | 'isDirect'>,
  fence: Instant,
  searchLagMs: number,
): Reading {
  return { member, isDirect, date: isDirect ? fence : earlierBy(fence, searchLagMs) };
}

/** The current rows, read and locked in one transaction. */
export type World = {
  /** Stytch organization id -> team id, for the organizations that Scanner knows. */
  teamByOrganization: ReadonlyMap<string, string>;
  /** The members' own rows, and every row that they could be linked to; oldest first. */
  users: readonly CurrentUser[];
  /** All `scim:` roles of these teams. */
  scimRoles: readonly ScimRole[];
  /** Keys (`externalIdKey`) of external ids that two members of a team have had at the same time. They identify nobody. */
  sharedExternalIds: ReadonlySet<string>;
  /** For members without a row: member id -> when a read or a signed event last said that the member is gone. */
  strangersGoneAt: ReadonlyMap<string, Instant>;
};

export type CurrentUser = {
  id: string;
  teamId: string;
  memberId: string | null;
  email: string;
  name: string;
  externalId: string | null;
  status: 'active' | 'deactivated';
  /** The date of the reading that this row shows; null if it was never read, or if the date is in the future. */
  observedAt: Instant | null;
  /** True if the date is in the future, because a clock was ahead. The next reading replaces it. */
  isDatedAhead: boolean;
  /** When this user last lost access or a role, by the database's clock. */
  lostAt: Instant | null;
  roleValues: readonly RoleValue[];
  /** Grants with source `scim`. Other grants are never changed. */
  scimGrants: readonly Grant[];
  /** True if a role was granted by hand. A member who is linked to this row gets that role. */
  hasManualGrants: boolean;
  /** API keys that the user owns and that are not revoked. */
  liveKeyIds: readonly string[];
};

export type ScimRole = { id: string; teamId: string; name: string };
export type Grant = { roleId: string; role: string };

/** True if the row shows a reading that is at least as new as this one. */
export function isSuperseded(user: CurrentUser, { date }: Pick<Reading, 'date'>): boolean {
  return user.observedAt !== null && user.observedAt >= date;
}

/** External ids are compared within one team only. */
export function externalIdKey(teamId: string, externalId: string): string {
  return `${teamId} ${externalId}`;
}

/** IdP role `scanner_analyst` <-> Scanner role `scim:scanner_analyst`. Exact: privilege is never guessed. */
export function scimRoleName(value: string): string {
  return `scim:${value}`;
}
