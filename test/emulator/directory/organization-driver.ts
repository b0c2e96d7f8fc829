/** A test's own hands on organizations: the same functions as the API, without HTTP. */
import type { World } from '../world.js';
import type { Source } from './events.js';
import { organizationOf } from './find.js';
import { type OrganizationView, organizationView } from './organization-view.js';
import {
  createOrganization,
  deleteOrganization,
  type OrganizationFields,
  updateOrganization,
} from './organizations.js';

export interface OrganizationDriver {
  create(organization: NewOrganization, source?: Source): OrganizationView;
  get(organization: string): OrganizationView;
  update(organization: string, fields: OrganizationFields, source?: Source): OrganizationView;
  /** Its members go with it. */
  delete(organization: string, source?: Source): void;
}

/** `name` and `slug` for short. */
export interface NewOrganization extends OrganizationFields {
  readonly name?: string;
  readonly slug?: string;
}

export function createOrganizationDriver(world: World): OrganizationDriver {
  const view = (organization: string) => organizationView(world, organizationOf(world, organization));
  return {
    create({ name, slug, ...fields }, source = 'DIRECT') {
      const named = name === undefined ? {} : { organization_name: name };
      const slugged = slug === undefined ? {} : { organization_slug: slug };
      return view(createOrganization(world, { ...fields, ...named, ...slugged }, source).organization_id);
    },
    get: view,
    update: (organization, fields, source = 'DIRECT') =>
      view(updateOrganization(world, organizationOf(world, organization), fields, source).organization_id),
    delete: (organization, source = 'DIRECT') => deleteOrganization(world, organizationOf(world, organization), source),
  };
}
