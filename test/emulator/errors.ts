/** Every error the emulator answers, by Stytch's own error_type. */

/** The names are Stytch's (its browser and mobile SDKs list them); a status with a question mark is INFERRED. */
const ERRORS = {
  bad_request: [400, 'The request body or parameters are malformed.'],
  unauthorized_credentials: [401, 'Unauthorized credentials.'],
  route_not_found: [404, 'The requested route could not be found.'],
  project_not_found: [404, 'Project could not be found.'],
  too_many_requests: [429, 'Too many requests have been made.'],
  internal_server_error: [500, 'Oops, something seems to have gone wrong.'],
  /** Ours: the emulator refuses what it does not emulate, rather than guess. */
  not_emulated: [501, 'The emulator does not emulate this.'],

  organization_not_found: [404, 'Organization could not be found.'], // ?
  organization_name_missing: [400, 'organization_name is required.'], // ?
  organization_slug_already_used: [400, 'The organization slug is already used.'], // ?
  invalid_organization_slug: [400, 'Slugs are 2 to 128 characters: letters, digits, - . _ ~'], // ?
  organization_search_filter_name_not_recognized: [400, 'The filter name is not recognized.'], // ?
  organization_search_missing_filter_value: [400, 'A filter value is missing.'], // ?
  organization_search_expected_string: [400, 'The filter expects a string.'], // ?
  organization_search_expected_array_of_strings: [400, 'The filter expects an array of strings.'], // ?

  member_not_found: [404, 'Member could not be found.'], // ?
  invalid_member_get_fields: [400, 'Pass either member_id or email_address.'], // ?
  invalid_email: [400, 'The email address is invalid.'], // ?
  duplicate_member_email: [400, 'A member with this email address already exists.'], // ?
  retired_member_email: [400, 'The email address is retired by another member.'], // ?
  duplicate_member_external_id: [400, 'A member with this external_id already exists.'], // ?
  invalid_rbac_role_id: [400, 'The role is not in the RBAC policy.'], // ?
  cannot_assign_default_rbac_role_id: [400, 'stytch_member cannot be assigned.'], // ?
  cannot_update_trusted_metadata: [400, 'trusted_metadata cannot be updated with a member session.'], // ?
  metadata_too_many_keys: [400, 'Metadata may have 20 keys at most.'], // ?
  metadata_too_large: [400, 'Metadata may be 4 KB at most.'], // ?
  no_deleted_member_found_for_reactivation: [404, 'No deleted member was found for reactivation.'], // ?
  email_unverified_for_reactivation: [400, 'The member has no verified email address.'], // ?
  reactivation_email_belongs_to_another_member: [400, 'Another member has the email address now.'], // ?

  member_search_organization_ids_empty: [400, 'At least one organization_id is required.'], // ?
  member_search_missing_filter_name: [400, 'A filter name is missing.'], // ?
  member_search_filter_name_must_be_string: [400, 'The filter name must be a string.'], // ?
  member_search_filter_name_not_recognized: [400, 'The filter name is not recognized.'], // ?
  member_search_missing_filter_value: [400, 'A filter value is missing.'], // ?
  member_search_expected_string: [400, 'The filter expects a string.'], // ?
  member_search_expected_boolean: [400, 'The filter expects a boolean.'], // ?
  member_search_expected_array_of_strings: [400, 'The filter expects an array of strings.'], // ?
  member_search_missing_member_ids: [400, 'member_ids is empty.'], // ?
  member_search_missing_member_emails: [400, 'member_emails is empty.'], // ?
  member_search_missing_statuses: [400, 'statuses is empty.'], // ?
  member_search_missing_member_roles: [400, 'member_roles is empty.'], // ?
  member_search_missing_mfa_member_phone_numbers: [400, 'The list of phone numbers is empty.'], // ?
  member_search_member_email_fuzzy_too_short: [400, 'Fuzzy filters need three characters.'], // ?
  member_search_member_mfa_phone_number_fuzzy_too_short: [400, 'Fuzzy filters need three characters.'], // ?
  member_search_cannot_mix_internal_and_external_member_ids: [400, 'Pass either member ids or external ids.'], // ?
  search_invalid_status_filter: [400, 'A status is active, pending, invited or deleted.'], // ?
  /** No B2B names for these four are known: the consumer API's. */
  user_search_invalid_cursor: [400, 'The cursor is invalid.'], // ?
  user_search_invalid_limit: [400, 'The limit is 1 to 1000.'], // ?
  user_search_invalid_operator: [400, 'The operator is AND or OR.'], // ?
  user_search_maximum_filter_value_count_exceeded: [400, 'Too many filter values.'], // ?

  active_scim_connection_exists: [400, 'The organization already has an active SCIM connection.'],
  invalid_scim_idp: [400, 'The identity provider is not supported.'], // ?
  no_active_scim_connection: [400, 'The organization has no active SCIM connection.'], // ?
  scim_connection_not_rotating_token: [400, 'The SCIM connection is not rotating its token.'], // ?
  scim_group_role_assignment_does_not_contain_group_id: [400, 'A role assignment has no group_id.'], // ?
  scim_group_role_assignment_group_does_not_exist: [400, 'The group of a role assignment does not exist.'], // ?
  invalid_rbac_role_assignment: [400, 'The role of an assignment is not in the RBAC policy.'], // ?

  session_not_found: [404, 'Session could not be found.'],
  session_authorization_error: [403, 'The member is not authorized to perform the action.'],
  session_authorization_tenancy_error: [403, 'The organization differs from the organization of the session.'],
  no_session_arguments: [400, 'Pass session_token or session_jwt.'], // ?
  too_many_session_arguments: [400, 'Pass session_token or session_jwt, not both.'], // ?
  no_session_revoke_arguments: [400, 'Pass the session or the member to revoke.'], // ?
  too_many_session_revoke_arguments: [400, 'Pass one way to find the session.'], // ?
  unable_to_parse_session_jwt: [400, 'The session JWT could not be parsed.'], // ?
  invalid_session_duration_minutes: [400, 'A session lasts 5 to 527040 minutes.'], // ?

  invalid_rbac_stytch_role_edit: [400, 'Roles of Stytch cannot be edited.'], // ?
  rbac_role_duplicate: [400, 'The role exists already.'], // ?
  invalid_permission_resource: [400, 'The resource is not in the RBAC policy.'], // ?
  invalid_permission_action: [400, 'The action is not in the RBAC policy.'], // ?
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type ErrorType = keyof typeof ERRORS;

export class ApiError extends Error {
  readonly status: number;
  readonly errorType: string;

  constructor(status: number, errorType: string, message: string) {
    super(message);
    this.status = status;
    this.errorType = errorType;
  }
}

/** `throw apiError('member_not_found')`; the detail follows Stytch's general sentence. */
export function apiError(type: ErrorType, detail?: string): ApiError {
  const [status, message] = ERRORS[type];
  return new ApiError(status, type, detail === undefined ? message : `${message} ${detail}`);
}

/** Stytch's error object. */
export function errorBody(error: ApiError): Record<string, unknown> {
  return {
    error_type: error.errorType,
    error_message: error.message,
    error_url: `https://stytch.com/docs/b2b/api/errors/${error.status}#${error.errorType}`,
  };
}
