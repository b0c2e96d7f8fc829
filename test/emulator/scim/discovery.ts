/** The SCIM discovery endpoints: what this server can do. */
import SCIMMY from 'scimmy';
import { scimError } from './scim-error.js';
import { scimSchemas } from './scim-schemas.js';

export function serviceProviderConfig(url: string): object {
  const { ServiceProviderConfig } = scimSchemas();
  const bearer = {
    type: 'oauthbearertoken',
    name: 'OAuth Bearer Token',
    description: "The SCIM connection's bearer token",
  };
  return new ServiceProviderConfig(
    {
      patch: { supported: true },
      bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
      filter: { supported: true, maxResults: 1000 },
      changePassword: { supported: false },
      sort: { supported: false },
      etag: { supported: false },
      authenticationSchemes: [bearer],
    },
    `${url}/ServiceProviderConfig`,
  );
}

export function schemas(url: string, id: string): object {
  const { User, Group, EnterpriseUser } = scimSchemas();
  const all = [User, Group, EnterpriseUser].map((schema) => schema.definition.describe(`${url}/Schemas`));
  return id === '' ? list(all) : one(all, id);
}

export function resourceTypes(url: string, id: string): object {
  scimSchemas();
  const { User, Group } = SCIMMY.Resources;
  const all = [User, Group].map((resource) => {
    const described = resource.describe();
    const meta = { resourceType: 'ResourceType', location: `${url}/ResourceTypes/${described.id}` };
    return { schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'], ...described, meta };
  });
  return id === '' ? list(all) : one(all, id);
}

function list(all: readonly object[]): object {
  return { schemas: [SCIMMY.Messages.ListResponse.id], totalResults: all.length, Resources: all };
}

function one(all: readonly { readonly id: string }[], id: string): object {
  const found = all.find((each) => each.id === id);
  if (found === undefined) throw scimError(404, `Resource ${id} not found`);
  return found;
}
