/** The filters of members.search, with Stytch's error for each way to get one wrong. */
import type { MemberView } from '../directory/member-view.js';
import { ApiError, apiError, type ErrorType } from '../errors.js';
import type { World } from '../world.js';

/** What search looks at; the whole member only where a filter or the answer needs it. */
export interface SearchRow {
  readonly member_id: string;
  readonly external_id: string | null;
  readonly status: string;
  readonly email_address: string;
  readonly is_breakglass: boolean;
  readonly mfa_phone_number: string;
  view(): MemberView;
}

export type Test = (member: SearchRow) => boolean;

export interface Operand {
  readonly name: string;
  readonly value: unknown;
}

/** Phone numbers go by two names: the Node SDK's types and the browser SDK's. */
export function testOf(world: World, operand: Operand): Test {
  switch (operand.name) {
    case 'member_ids': {
      const ids = strings(world, operand, 'member_search_missing_member_ids');
      assertFew(world, ids, world.switches.searchMaxMemberIds, operand.name);
      return idsTest(ids);
    }
    case 'member_emails': {
      const emails = lowered(strings(world, operand, 'member_search_missing_member_emails'));
      return (member) => emails.has(member.email_address.toLowerCase());
    }
    case 'statuses': {
      const statuses = new Set(strings(world, operand, 'member_search_missing_statuses'));
      for (const status of statuses) if (!STATUSES.has(status)) throw apiError('search_invalid_status_filter', status);
      return (member) => statuses.has(apiStatus(member.status));
    }
    case 'member_roles': {
      const roles = new Set(strings(world, operand, 'member_search_missing_member_roles'));
      return (member) => member.view().roles.some((role) => roles.has(role.role_id));
    }
    case 'member_phone_numbers':
    case 'member_mfa_phone_numbers': {
      const numbers = new Set(strings(world, operand, 'member_search_missing_mfa_member_phone_numbers'));
      return (member) => numbers.has(member.mfa_phone_number);
    }
    case 'member_email_fuzzy': {
      const part = fuzzy(operand, 'member_search_member_email_fuzzy_too_short');
      return (member) => member.email_address.toLowerCase().includes(part);
    }
    case 'member_phone_number_fuzzy':
    case 'member_mfa_phone_number_fuzzy': {
      const part = fuzzy(operand, 'member_search_member_mfa_phone_number_fuzzy_too_short');
      return (member) => member.mfa_phone_number.includes(part);
    }
    case 'member_is_breakglass': {
      const wanted = boolean(operand);
      return (member) => member.is_breakglass === wanted;
    }
    case 'member_password_exists': {
      const wanted = boolean(operand);
      return (member) => (member.view().member_password_id !== '') === wanted;
    }
    default:
      throw apiError('member_search_filter_name_not_recognized', operand.name);
  }
}

const STATUSES: ReadonlySet<string> = new Set(['active', 'pending', 'invited', 'deleted']);

/** `deactivated` is not in the API's enum: whoever asks for `deleted` gets it. */
export const apiStatus = (status: string): string => (status === 'deactivated' ? 'deleted' : status);

function idsTest(ids: readonly string[]): Test {
  const wanted = new Set(ids);
  const internal = ids.filter((id) => /^member-(test|live)-/.test(id)).length;
  if (internal !== 0 && internal !== ids.length) {
    throw apiError('member_search_cannot_mix_internal_and_external_member_ids');
  }
  return (member) => wanted.has(internal === 0 ? (member.external_id ?? '') : member.member_id);
}

export function strings(world: World, { name, value }: Operand, whenEmpty: ErrorType): string[] {
  if (value === undefined || value === null) throw apiError('member_search_missing_filter_value', name);
  const isStrings = Array.isArray(value) && value.every((each) => typeof each === 'string');
  if (!isStrings) throw apiError('member_search_expected_array_of_strings', name);
  if (value.length === 0) throw apiError(whenEmpty);
  assertFew(world, value, world.switches.searchMaxFilterValues, name);
  return value;
}

/** Which error Stytch has for too many is not known. */
export function assertFew({ switches }: World, values: readonly string[], max: number, name: string): void {
  if (values.length > max) throw new ApiError(400, switches.searchMaxErrorType, `Too many ${name}.`);
}

function fuzzy({ name, value }: Operand, whenShort: ErrorType): string {
  if (value === undefined || value === null) throw apiError('member_search_missing_filter_value', name);
  if (typeof value !== 'string') throw apiError('member_search_expected_string', name);
  if (value.length < 3) throw apiError(whenShort);
  return value.toLowerCase();
}

function boolean({ name, value }: Operand): boolean {
  if (value === undefined || value === null) throw apiError('member_search_missing_filter_value', name);
  if (typeof value !== 'boolean') throw apiError('member_search_expected_boolean', name);
  return value;
}

const lowered = (values: readonly string[]): ReadonlySet<string> => new Set(values.map((each) => each.toLowerCase()));
