/** SCIM Groups. */
import type SCIMMY from 'scimmy';
import { createGroup, deleteGroup, type GroupFields, replaceGroup } from '../directory/scim-groups.js';
import type { ConnectionRecord, GroupRecord } from '../store/records.js';
import type { World } from '../world.js';
import { listResponse, matchingIds, parseListing, soughtValue } from './list.js';
import { applyPatch } from './patch.js';
import { normaliseResource } from './quirks.js';
import { scimError } from './scim-error.js';
import type { ScimResource } from './scim-resource.js';
import { scimSchemas } from './scim-schemas.js';

export function scimGroups(world: World, connection: ConnectionRecord, url: string): ScimResource {
  const { groups } = world.store;
  const { Group } = scimSchemas();

  function find(groupId: string): GroupRecord {
    const group = groups.get(groupId);
    if (group?.connection_id !== connection.connection_id) throw scimError(404, `Resource ${groupId} not found`);
    return group;
  }

  const show = (group: GroupRecord, attributes?: SCIMMY.Types.Filter): SCIMMY.Schemas.Group =>
    new Group(resourceOf(world, group, url), 'out', `${url}/Groups`, attributes);

  function candidates(listing: SCIMMY.Resources.User): readonly GroupRecord[] {
    const all = groups.inConnection(connection.connection_id);
    const name = soughtValue(listing, 'displayName')?.toLowerCase();
    if (name !== undefined) return all.filter((group) => group.group_name.toLowerCase() === name);
    const ids = matchingIds(listing, () => all.map((group) => resourceOf(world, group, url)));
    return ids === undefined ? all : all.filter((group) => ids.has(group.group_id));
  }

  return {
    list(query) {
      const listing = parseListing(query);
      return listResponse(listing, candidates(listing), (group) => show(group, listing.attributes));
    },
    read: (id, query) => show(find(id), parseListing(query).attributes),
    create: (body) => show(createGroup(world, connection, parseGroup(body))),
    replace: (id, body) => show(replaceGroup(world, find(id), parseGroup(body))),
    async patch(id, body) {
      const group = find(id);
      const patched = await applyPatch(show(group), body);
      return show(replaceGroup(world, group, parseGroup(patched)));
    },
    remove: (id) => deleteGroup(world, find(id)),
  };
}

function resourceOf(world: World, group: GroupRecord, url: string): Record<string, unknown> {
  const members = [...world.store.groups.membersOf(group.group_id).keys()];
  return {
    id: group.group_id,
    displayName: group.group_name,
    ...(group.external_id === null ? {} : { externalId: group.external_id }),
    members: members.map((value) => ({ value, $ref: `${url}/Users/${value}`, type: 'User' })),
  };
}

function parseGroup(body: unknown): GroupFields {
  const { Group } = scimSchemas();
  const { displayName: name, externalId, members = [] } = new Group(normaliseResource(body), 'in');
  return { name, externalId, memberIds: members.map(({ value }) => value) };
}
