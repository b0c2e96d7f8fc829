/** Searches that give up: those that cover too much, or one organization in particular. */
export interface SearchTimeout {
  /** Stytch names the error and no status. */
  readonly status: number;
  /** Default: search_timeout. */
  readonly errorType?: string;
  readonly moreOrganizationsThan?: number;
  readonly moreIdsThan?: number;
  /** Every search that includes this organization: one team's trouble. */
  readonly withOrganization?: string;
}

export interface SearchExtent {
  readonly organizationIds: readonly string[];
  /** undefined: everybody. */
  readonly memberIds: readonly string[] | undefined;
}

export function givesUp(timeout: SearchTimeout, { organizationIds, memberIds = [] }: SearchExtent): boolean {
  const { moreOrganizationsThan = Number.POSITIVE_INFINITY, moreIdsThan = Number.POSITIVE_INFINITY } = timeout;
  return (
    organizationIds.length > moreOrganizationsThan ||
    memberIds.length > moreIdsThan ||
    organizationIds.includes(timeout.withOrganization ?? '')
  );
}
