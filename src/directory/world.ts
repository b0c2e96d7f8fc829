import { earlierBy, type Instant } from './instant.js';
import type { DirectoryMember } from './member.js';
import type { RoleValue } from './role-values.js';

/**
 * What the directory said of a member, and when that was true. A row that shows a later reading is left alone, so a slow,
 * older read can never overwrite a newer one.
 */
export type Reading = {
  member: DirectoryMember;
  /**
   * The state is at least as new as this. Of a get it is the fence (the database's clock just before Stytch was asked); of a
   * search the fence minus the longest lag that its index may have; of a signed event the time when it was sent.
   */
  date: Instant;
  /** From Stytch itself. A search's is not: where it differs from a row that is too new for it, Stytch is asked directly. */
  isDirect: boolean;
};

/** A reading by get or search that was asked for at `fence`. @param searchLagMs how far the index may be behind */
export function readingAt(
  { member, isDirect }: Pick<Reading, 'member' | 'isDirect'>,
  fence: Instant,
  searchLagMs: number,
): Reading {
  return { member, isDirect, date: isDirect ? fence : earlierBy(fence, searchLagMs) };
}

/** The rows of the Scanner database that a plan starts from: read, and locked, in one transaction. */
export type World = {
  /** Stytch organization id -> team id, for the organizations that Scanner knows. */
  teamByOrganization: ReadonlyMap<string, string>;
  /** The members' own rows and every row they could be linked to, oldest first. */
  users: readonly CurrentUser[];
  /** All `scim:` roles of the teams in question. */
  scimRoles: readonly ScimRole[];
  /** External ids that two members of a team have held at the same time (`externalIdKey`): they identify nobody. */
  sharedExternalIds: ReadonlySet<string>;
  /** Member id -> when a read or a signed event last said that they are gone, of members who have no row. */
  strangersSeenGone: ReadonlyMap<string, Instant>;
};

export type CurrentUser = {
  id: string;
  teamId: string;
  memberId: string | null;
  email: string;
  name: string;
  externalId: string | null;
  status: 'active' | 'deactivated';
  /** The date of the reading that this row shows; null if it never was read, or if its date is impossible. */
  observedAt: Instant | null;
  /** It had a date in the future: a clock was ahead. It supersedes nothing, and is dated anew by the next reading. */
  isDatedAhead: boolean;
  /** When the directory last took access or a role from this user, by the database's clock. */
  lostAt: Instant | null;
  roleValues: readonly RoleValue[];
  /** Grants with source `scim`; others are not ours to see. */
  scimGrants: readonly Grant[];
  /** Some role was granted by hand: whoever gets this row gets that role. */
  hasManualGrants: boolean;
  /** API keys that the user owns and that still open doors. */
  liveKeyIds: readonly string[];
};

export type ScimRole = { id: string; teamId: string; name: string };
export type Grant = { roleId: string; role: string };

/** True if the row shows a reading that is at least as new as this one. */
export function isSuperseded(user: CurrentUser, { date }: Pick<Reading, 'date'>): boolean {
  return user.observedAt !== null && user.observedAt >= date;
}

export function externalIdKey(teamId: string, externalId: string): string {
  return `${teamId} ${externalId}`;
}

/** IdP role `scanner_analyst` <-> Scanner role `scim:scanner_analyst`. Exact: privilege is never guessed. */
export function scimRoleName(value: string): string {
  return `scim:${value}`;
}
