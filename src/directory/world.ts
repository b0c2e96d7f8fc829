import type { Instant } from './instant.js';
import type { DirectoryMember } from './member.js';
import type { RoleValue } from './role-values.js';

/**
 * What the directory said of a member, and the fence: the database's clock just before it was asked. A row that shows a
 * later reading is left alone, so a slow, older read can never overwrite a newer one.
 */
export type Reading = { member: DirectoryMember; fence: Instant };

/** The rows of the Scanner database that a plan starts from: read, and locked, in one transaction. */
export type World = {
  /** Stytch organization id -> team id, for the organizations that Scanner knows. */
  teamByOrganization: ReadonlyMap<string, string>;
  /** The members' own rows and every row they could be linked to, oldest first. */
  users: readonly CurrentUser[];
  /** All `scim:` roles of the teams in question. */
  scimRoles: readonly ScimRole[];
};

export type CurrentUser = {
  id: string;
  teamId: string;
  memberId: string | null;
  email: string;
  name: string;
  externalId: string | null;
  status: 'active' | 'deactivated';
  /** The fence of the reading that this row shows; null if it never was read. */
  observedAt: Instant | null;
  roleValues: readonly RoleValue[];
  /** Grants with source `scim`; others are not ours to see. */
  scimGrants: readonly Grant[];
  /** API keys that the user owns and that still open doors. */
  liveKeyIds: readonly string[];
};

export type ScimRole = { id: string; teamId: string; name: string };
export type Grant = { roleId: string; role: string };

/** True if the row shows a reading that began no earlier than this one: this one is the older truth. */
export function isSuperseded(user: CurrentUser, fence: Instant): boolean {
  return user.observedAt !== null && user.observedAt >= fence;
}

/** IdP role `scanner_analyst` <-> Scanner role `scim:scanner_analyst`. Exact: privilege is never guessed. */
export function scimRoleName(value: string): string {
  return `scim:${value}`;
}
