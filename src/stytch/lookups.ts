import { asArray, asRecord } from '../directory/json.js';
import { openStytch, type StytchOptions } from './client.js';
import { timeOrNull } from './connections.js';
import { cursorOf, memberStatuses } from './directory.js';
import { unlessUnknown } from './translate-errors.js';

/** The reads of support and of schedules: members by e-mail, organizations, roles of the project. */
export type StytchLookups = {
  /** Members of these organizations with this e-mail, deleted ones too. From an index that may lag. */
  membersByEmail(organizationIds: readonly string[], email: string): Promise<unknown[]>;
  /** One page of all organizations. @param cursor from the previous page */
  organizations(cursor?: string): Promise<{ organizations: OrganizationFacts[]; nextCursor: string | null }>;
  /** Null when Stytch does not know it. */
  organization(organizationId: string): Promise<OrganizationFacts | null>;
  /** The roles of the project's RBAC policy. Every organization has them. */
  projectRoles(): Promise<RoleFacts[]>;
};

/** `roles`: the custom roles of this organization. */
export type OrganizationFacts = {
  id: string;
  name: string;
  hasScim: boolean;
  /** Of the SCIM connection's bearer token. Null: never, or Stytch does not say. ISO 8601. */
  tokenExpiresAt: string | null;
  roles: RoleFacts[];
};
/** A role and its permissions. The action `*` means every action of the resource. */
export type RoleFacts = { id: string; permissions: { resource: string; actions: string[] }[] };

/** Stytch and the emulator accept at least this many. More organizations take several searches. */
const organizationsPerSearch = 1000;
/** Stytch gives at most so many organizations a page. */
const organizationsPerPage = 1000;
/** Members with one e-mail in one search. A person does not read more. */
const membersPerEmailMax = 100;

export function connectLookups(options: StytchOptions): StytchLookups {
  const { client, call } = openStytch(options);
  const search = async (organization_ids: string[], email: string) => {
    const found = await call('members.search', () =>
      client.organizations.members.search({
        organization_ids,
        limit: membersPerEmailMax,
        query: {
          operator: 'AND',
          operands: [
            { filter_name: 'statuses', filter_value: memberStatuses },
            { filter_name: 'member_emails', filter_value: [email] },
          ],
        },
      }),
    );
    return asArray(asRecord(found).members);
  };
  return {
    membersByEmail: async (organizationIds, email) => {
      const found: unknown[] = [];
      for (let i = 0; i < organizationIds.length; i += organizationsPerSearch) {
        found.push(...(await search(organizationIds.slice(i, i + organizationsPerSearch), email)));
      }
      return found;
    },
    organizations: (cursor) =>
      call('organizations.search', async () => {
        const page = await client.organizations.search({
          limit: organizationsPerPage,
          ...(cursor === undefined ? {} : { cursor }),
        });
        return {
          organizations: asArray(asRecord(page).organizations).map(organizationFacts),
          nextCursor: cursorOf(asRecord(page).results_metadata),
        };
      }),
    organization: (organizationId) =>
      call('organizations.get', async () => {
        const found = await unlessUnknown(client.organizations.get({ organization_id: organizationId }));
        return found === null ? null : organizationFacts(asRecord(found).organization);
      }),
    projectRoles: () =>
      call('rbac.policy', async () => {
        const { policy } = asRecord(await client.rbac.policy());
        return asArray(asRecord(policy).roles).map(roleFacts);
      }),
  };
}

function organizationFacts(organization: unknown): OrganizationFacts {
  const { organization_id, organization_name, scim_active_connection, custom_roles } = asRecord(organization);
  const hasScim = typeof scim_active_connection === 'object' && scim_active_connection !== null;
  const roles = asArray(custom_roles).map(roleFacts);
  const tokenExpiresAt = timeOrNull(asRecord(scim_active_connection).bearer_token_expires_at);
  return { id: String(organization_id), name: String(organization_name ?? ''), hasScim, tokenExpiresAt, roles };
}

function roleFacts(role: unknown): RoleFacts {
  const { role_id, permissions } = asRecord(role);
  return {
    id: String(role_id),
    permissions: asArray(permissions)
      .map(asRecord)
      .map(({ resource_id, actions }) => {
        return { resource: String(resource_id), actions: asArray(actions).map(String) };
      }),
  };
}
