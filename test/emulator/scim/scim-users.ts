/** SCIM Users: members as the IdP sees them. */
import type SCIMMY from 'scimmy';
import { provisionUser, removeUser, replaceUser } from '../directory/scim-users.js';
import type { ConnectionRecord, MemberRecord, ScimUser } from '../store/records.js';
import type { World } from '../world.js';
import { listResponse, matchingIds, parseListing, soughtValue } from './list.js';
import { applyPatch, toJson } from './patch.js';
import { normaliseResource } from './quirks.js';
import { scimError } from './scim-error.js';
import type { ScimResource } from './scim-resource.js';
import { scimSchemas } from './scim-schemas.js';

export function scimUsers(world: World, connection: ConnectionRecord, url: string): ScimResource {
  const { members } = world.store;
  const { User } = scimSchemas();
  const { connection_id } = connection;

  const isUser = (member: MemberRecord | undefined): member is MemberRecord =>
    member?.scim?.connection_id === connection_id && !member.scim.removed;

  function find(memberId: string): MemberRecord {
    const member = members.get(memberId);
    if (!isUser(member)) throw scimError(404, `Resource ${memberId} not found`);
    return member;
  }

  const show = (member: MemberRecord, attributes?: SCIMMY.Types.Filter): SCIMMY.Schemas.User =>
    new User(resourceOf(world, member), 'out', `${url}/Users`, attributes);

  function candidates(listing: SCIMMY.Resources.User): readonly MemberRecord[] {
    const userName = soughtValue(listing, 'userName');
    if (userName !== undefined) return [members.byUserName(connection_id, userName)].filter(isUser);
    const externalId = soughtValue(listing, 'externalId');
    if (externalId !== undefined) return members.byScimExternalId(connection_id, externalId).filter(isUser);
    const all = members.idsOf(connection.organization_id).map(members.get).filter(isUser);
    const ids = matchingIds(listing, () => all.map((member) => resourceOf(world, member)));
    return ids === undefined ? all : all.filter((member) => ids.has(member.member_id));
  }

  return {
    list(query) {
      const listing = parseListing(query);
      return listResponse(listing, candidates(listing), (member) => show(member, listing.attributes));
    },
    read: (id, query) => show(find(id), parseListing(query).attributes),
    create: (body) => show(provisionUser(world, connection, parseUser(body))),
    replace: (id, body) => show(replaceUser(world, find(id), parseUser(body))),
    async patch(id, body) {
      const member = find(id);
      const patched = await applyPatch(show(member), body);
      return show(replaceUser(world, member, parseUser(patched)));
    },
    remove: (id) => removeUser(world, find(id)),
  };
}

function resourceOf(world: World, member: MemberRecord): Record<string, unknown> {
  const groups = world.store.groups.of(member.member_id);
  return {
    ...member.scim?.user,
    id: member.member_id,
    groups: groups.map((group) => ({ value: group.group_id, display: group.group_name, type: 'direct' })),
    meta: { created: member.created_at, lastModified: member.updated_at },
  };
}

/** A user is active unless the IdP says otherwise. */
function parseUser(body: unknown): ScimUser {
  const { User } = scimSchemas();
  const user = new User(normaliseResource(body), 'in');
  const { schemas: _schemas, meta: _meta, id: _id, password: _password, ...attributes } = toJson(user);
  return { ...attributes, userName: user.userName, active: user.active ?? true };
}
