/** All organizations, by each of their three names. */
import type { OrganizationRecord } from './records.js';

export interface Organizations {
  /** By id, slug or external id: Stytch takes all three where it asks for an organization_id. */
  find(idOrSlugOrExternalId: string): OrganizationRecord | undefined;
  save(organization: OrganizationRecord): void;
  remove(organizationId: string): void;
  all(): readonly OrganizationRecord[];
}

export function createOrganizations(changed: () => void): Organizations {
  const organizations = new Map<string, OrganizationRecord>();
  const idByName = new Map<string, string>();

  function forget(organizationId: string): void {
    const organization = organizations.get(organizationId);
    if (organization !== undefined) for (const name of namesOf(organization)) idByName.delete(name);
    changed();
  }

  return {
    find: (name) => organizations.get(name) ?? organizations.get(idByName.get(name) ?? ''),
    save(organization) {
      forget(organization.organization_id);
      organizations.set(organization.organization_id, organization);
      for (const name of namesOf(organization)) idByName.set(name, organization.organization_id);
    },
    remove(organizationId) {
      forget(organizationId);
      organizations.delete(organizationId);
    },
    all: () => [...organizations.values()],
  };
}

function namesOf(organization: OrganizationRecord): readonly string[] {
  const externalId = organization.organization_external_id;
  return externalId ? [organization.organization_slug, externalId] : [organization.organization_slug];
}
