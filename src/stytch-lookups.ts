import { asArray, asRecord } from './directory/json.js';
import { cursorOf, openStytch, type StytchOptions, unlessUnknown } from './stytch.js';

/** The questions that only support asks of Stytch: who has this e-mail, and which organizations are there? */
export type StytchLookups = {
  /** Members of these organizations with this e-mail, deleted ones too; from an index that may lag. */
  membersByEmail(organizationIds: readonly string[], email: string): Promise<unknown[]>;
  /** One page of all organizations. @param cursor of the page before */
  organizations(cursor?: string): Promise<{ organizations: OrganizationFacts[]; nextCursor: string | null }>;
  /** Null when Stytch does not know it. */
  organization(organizationId: string): Promise<OrganizationFacts | null>;
};

export type OrganizationFacts = { id: string; name: string; hasScim: boolean };

const statuses = ['active', 'pending', 'invited', 'deleted'];
/** What the emulator and Stytch take at least; more organizations are asked for in parts. */
const organizationsPerSearch = 1000;

export function connectLookups(options: StytchOptions): StytchLookups {
  const { client, call } = openStytch(options);
  const search = async (organization_ids: string[], email: string) => {
    const found = await call('members.search', () =>
      client.organizations.members.search({
        organization_ids,
        limit: 100,
        query: {
          operator: 'AND',
          operands: [
            { filter_name: 'statuses', filter_value: statuses },
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
        const page = await client.organizations.search({ limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
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
  };
}

function organizationFacts(organization: unknown): OrganizationFacts {
  const { organization_id, organization_name, scim_active_connection } = asRecord(organization);
  const hasScim = typeof scim_active_connection === 'object' && scim_active_connection !== null;
  return { id: String(organization_id), name: String(organization_name ?? ''), hasScim };
}
