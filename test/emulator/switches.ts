/** What Stytch's documentation leaves open: one switch per open fact, its default the likelier answer. */
export interface Switches {
  /** The published example of `member` in a webhook lacks scim_registration, external_id and the dates. */
  memberPayload: 'thin' | 'full';
  /** `"vertical":"B2B"`: only in the newer event catalogue. */
  vertical: boolean;
  /** `details.organization_id` and `workspace_id`: only seen in somebody's consumer. */
  details: boolean;
  /** Stytch's guides name group events in two ways: scim_group (A), idp_group (B). */
  groupEvents: 'A' | 'B' | 'none';
  membershipEmitsMemberUpdate: boolean;
  deprovisionEmits: 'DELETE' | 'UPDATE+DELETE';
  /** The guides say "deactivated", the API's enum only has `deleted`; 'active' leaves only scim_attributes.active. */
  deactivatedStatus: 'deleted' | 'deactivated' | 'active';
  /** An IdP that POSTs a deprovisioned user again gets the old member, or a new one with the same external id. */
  repost: 'reuse' | 'new';
  /** The event when SCIM provisioning finds a member with the same e-mail. */
  linkEmits: 'UPDATE' | 'CREATE';
  createStatus: 200 | 201;
  /** An error `no_active_scim_connection` of that status, or a reply without `connection`. */
  getWithoutConnection: 400 | 404 | 'empty';
  /** Between rotate start and complete: does the new bearer token work already? */
  rotationTokens: 'both' | 'old';
  /** Entra without aadOptscim062020 PATCHes a role's value as a JSON string. */
  jsonStringRoles: 'passThrough' | 'normalise';
  connectionEvents: boolean;
  /** After the connection is deleted: registrations and groups go; the members stay active, or go too. */
  connectionDeletion: 'membersStay' | 'membersDeleted';
  organizationDeletionEmitsMembers: boolean;
  /** members.get of a deleted member: 404, or the member. */
  getReturnsDeleted: boolean;
  /** email_address_verified of members that SCIM created. */
  scimEmailVerified: boolean;
  /** Stytch's Go types mark every SCIM attribute `omitempty`: empty strings, lists and `false` may be missing. */
  omitEmptyScimAttributes: boolean;
  /** `total` is -1 in projects where totals are switched off. */
  searchTotals: boolean;
  /** A maximum exists (there is an error type for it); its number is not published. */
  searchMaxFilterValues: number;
}

export function defaultSwitches(): Switches {
  return {
    memberPayload: 'thin',
    vertical: true,
    details: false,
    groupEvents: 'A',
    membershipEmitsMemberUpdate: false,
    deprovisionEmits: 'DELETE',
    deactivatedStatus: 'deleted',
    repost: 'reuse',
    linkEmits: 'UPDATE',
    createStatus: 200,
    getWithoutConnection: 400,
    rotationTokens: 'both',
    jsonStringRoles: 'passThrough',
    connectionEvents: true,
    connectionDeletion: 'membersStay',
    organizationDeletionEmitsMembers: false,
    getReturnsDeleted: false,
    scimEmailVerified: false,
    omitEmptyScimAttributes: false,
    searchTotals: true,
    searchMaxFilterValues: 1000,
  };
}
