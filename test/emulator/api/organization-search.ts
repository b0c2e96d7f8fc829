/** organizations.search. */
import * as z from 'zod';
import { organizationView } from '../directory/organization-view.js';
import { apiError } from '../errors.js';
import type { OrganizationRecord } from '../store/records.js';
import type { World } from '../world.js';
import { defineCall } from './call.js';
import { list, resultsMetadata } from './list-end.js';
import { decodeCursor, encodeCursor, limitOf } from './page.js';

const queryShape = z.strictObject({
  operator: z.enum(['AND', 'OR']),
  operands: z.array(z.strictObject({ filter_name: z.string(), filter_value: z.unknown().optional() })),
});

export const organizationSearch = defineCall({
  name: 'organizations.search',
  method: 'post',
  path: '/v1/b2b/organizations/search',
  input: z.strictObject({ cursor: z.unknown().optional(), limit: z.unknown().optional(), query: queryShape.nullish() }),
  handle(world, { cursor, limit, query }) {
    const { operator = 'AND', operands = [] } = query ?? {};
    const filters = operands.map((operand) => filterOf(world, operand.filter_name, operand.filter_value));
    const matches = (organization: OrganizationRecord) =>
      filters.length === 0 || operator === 'AND'
        ? filters.every((filter) => filter(organization))
        : filters.some((filter) => filter(organization));
    const found = world.store.organizations.all().filter(matches);
    const { position } = decodeCursor(query, cursor) ?? { position: 0 };
    const end = position + limitOf(limit);
    const next = { position: end, total: found.length };
    const shown = found.slice(position, end).map((organization) => organizationView(world, organization));
    return {
      ...list(world, 'organizations', shown),
      ...resultsMetadata(world, found.length, end < found.length ? encodeCursor(query, next) : null),
    };
  },
});

type Filter = (organization: OrganizationRecord) => boolean;

function filterOf(world: World, name: string, value: unknown): Filter {
  switch (name) {
    case 'organization_ids':
      return among(value, (organization) => [organization.organization_id]);
    case 'organization_slugs':
      return among(value, (organization) => [organization.organization_slug]);
    case 'allowed_domains':
      return among(value, (organization) => organization.email_allowed_domains);
    case 'organization_name_fuzzy':
      return containing(value, (organization) => organization.organization_name);
    case 'organization_slug_fuzzy':
      return containing(value, (organization) => organization.organization_slug);
    case 'member_emails': {
      const emails = strings(value);
      return ({ organization_id }) =>
        emails.some((email) => world.store.members.byEmail(organization_id, email) !== undefined);
    }
    default:
      throw apiError(KNOWN.has(name) ? 'not_emulated' : 'organization_search_filter_name_not_recognized', name);
  }
}

/** Filters of Stytch that nobody here uses. */
const KNOWN: ReadonlySet<string> = new Set([
  'member_email_fuzzy',
  'allowed_domain_fuzzy',
  'claimed_email_domains',
  'has_active_sso_connection',
  'sso_connection_id',
]);

function among(value: unknown, of: (organization: OrganizationRecord) => readonly string[]): Filter {
  const wanted = new Set(strings(value));
  return (organization) => of(organization).some((each) => wanted.has(each));
}

function containing(value: unknown, of: (organization: OrganizationRecord) => string): Filter {
  if (value === undefined) throw apiError('organization_search_missing_filter_value');
  if (typeof value !== 'string') throw apiError('organization_search_expected_string');
  return (organization) => of(organization).toLowerCase().includes(value.toLowerCase());
}

function strings(value: unknown): string[] {
  if (value === undefined) throw apiError('organization_search_missing_filter_value');
  const isStrings = Array.isArray(value) && value.every((each) => typeof each === 'string');
  if (!isStrings) throw apiError('organization_search_expected_array_of_strings');
  return value;
}
