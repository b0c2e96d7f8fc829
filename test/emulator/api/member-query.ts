/** Parses the `query` of members.search, and with it says whom a search shows. */

import { apiError } from '../errors.js';
import type { World } from '../world.js';
import { apiStatus, type Operand, type SearchRow, strings, testOf } from './member-filters.js';

export interface MemberQuery {
  /** Set when the query can only match these. */
  readonly memberIds: readonly string[] | undefined;
  matches(member: SearchRow): boolean;
}

export function parseMemberQuery(world: World, query: unknown): MemberQuery {
  const { operator, operands } = parseQuery(query);
  const tests = operands.map((operand) => testOf(world, operand));
  const byIds = operator === 'AND' ? operands.find((operand) => operand.name === 'member_ids') : undefined;
  // "Submitting an empty query returns all non-deleted Members."
  const seesDeleted = operands.some((operand) => operand.name === 'statuses');
  return {
    memberIds: byIds === undefined ? undefined : strings(world, byIds, 'member_search_missing_member_ids'),
    matches(member) {
      if (!seesDeleted && apiStatus(member.status) === 'deleted') return false;
      if (operator === 'OR' && tests.length > 0) return tests.some((test) => test(member));
      return tests.every((test) => test(member));
    },
  };
}

function parseQuery(query: unknown): { operator: string; operands: Operand[] } {
  if (query === undefined || query === null) return { operator: 'AND', operands: [] };
  const { operator, operands = [], ...unknown } = entriesOf(query);
  if (Object.keys(unknown).length > 0) throw apiError('bad_request', `query has no ${Object.keys(unknown).join()}.`);
  if (operator !== 'AND' && operator !== 'OR') throw apiError('user_search_invalid_operator');
  if (!Array.isArray(operands)) throw apiError('bad_request', 'query.operands is an array.');
  return { operator, operands: operands.map(parseOperand) };
}

function parseOperand(operand: unknown): Operand {
  const { filter_name: name, filter_value: value } = entriesOf(operand);
  if (name === undefined) throw apiError('member_search_missing_filter_name');
  if (typeof name !== 'string') throw apiError('member_search_filter_name_must_be_string');
  return { name, value };
}

function entriesOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw apiError('bad_request');
  return Object.fromEntries(Object.entries(value));
}
