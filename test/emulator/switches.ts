/** What of a member search leaves out, though get shows it. */
export type SearchOmission = 'registration' | 'scimRoles' | 'groups' | 'groupDisplay' | 'roles';

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
  /** One event per membership, or an update of the group that lists who is in it now, and not who was removed. */
  membershipEvents: 'each' | 'list';
  membershipEmitsMemberUpdate: boolean;
  /** Six digits of a second in the catalogue's examples, nine in one page of the documentation. */
  eventTimestamps: 'microseconds' | 'nanoseconds';
  deprovisionEmits: 'DELETE' | 'UPDATE+DELETE';
  /** The guides say "deactivated", the API's enum only has `deleted`; 'active' leaves only scim_attributes.active. */
  deactivatedStatus: 'deleted' | 'deactivated' | 'active';
  /** An IdP that POSTs a deprovisioned user again gets the old member, or a new one with the same external id. */
  repost: 'reuse' | 'new';
  /**
   * A deleted member whose e-mail was never verified: only SCIM brings it back, nobody does, or whoever tries gets a new
   * member with a new id.
   */
  reactivationOfUnverified: 'scimOnly' | 'refused' | 'newMember';
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
  /** How scim_attributes spell an `active` that is false: 0, 'no', { value: false } … `undefined` leaves it out. */
  inactiveAs: unknown;
  /** Whether a deleted member's object has its organization_id. */
  deletedMembersNameOrganization: boolean;
  /** Whether search shows all that get shows. */
  searchOmits: readonly SearchOmission[];
  /** The names of groups in search: as they are, or as they were when the member itself changed last. */
  searchGroupNames: 'current' | 'untilTouched';
  /** `total` is -1 in projects where totals are switched off. */
  searchTotals: boolean;
  /** A maximum exists (there is an error type for it); its number is not published. */
  searchMaxFilterValues: number;
  /** Of the filter member_ids alone, which may have a lower one. */
  searchMaxMemberIds: number;
  /** Of one search; none is published. */
  searchMaxOrganizations: number;
  /** The error_type of a search beyond any of these; always 400. */
  searchMaxErrorType: string;
  /** `next_cursor` of the last page: null, empty, or missing, alone or with its results_metadata. */
  endOfList: 'null' | 'empty' | 'missing' | 'noMetadata';
  /** A list with nothing in it. */
  emptyList: '[]' | 'null' | 'missing';
  /** An authorization check on a resource that the policy does not have: 403, as for any other, or an error of its own. */
  unknownResource: 'denied' | 'refused';
  /** Whether any role of the policy names stytch.scim: Stytch's page of default roles does not. */
  rolesGrantScim: boolean;
}

export function defaultSwitches(): Switches {
  return {
    memberPayload: 'thin',
    vertical: true,
    details: false,
    groupEvents: 'A',
    membershipEvents: 'each',
    membershipEmitsMemberUpdate: false,
    eventTimestamps: 'microseconds',
    deprovisionEmits: 'DELETE',
    deactivatedStatus: 'deleted',
    repost: 'reuse',
    reactivationOfUnverified: 'scimOnly',
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
    inactiveAs: false,
    deletedMembersNameOrganization: true,
    searchOmits: [],
    searchGroupNames: 'current',
    searchTotals: true,
    searchMaxFilterValues: 1000,
    searchMaxMemberIds: Number.POSITIVE_INFINITY,
    searchMaxOrganizations: Number.POSITIVE_INFINITY,
    searchMaxErrorType: 'user_search_maximum_filter_value_count_exceeded',
    endOfList: 'null',
    emptyList: '[]',
    unknownResource: 'denied',
    rolesGrantScim: true,
  };
}
