/** All members, with the lookups that the API, SCIM and the uniqueness rules need. */
import { indexBy } from './index-by.js';
import { indexManyBy } from './index-many-by.js';
import { isDeleted, type MemberRecord } from './records.js';

export interface Members {
  get(memberId: string): MemberRecord | undefined;
  save(record: MemberRecord): void;
  remove(memberId: string): void;
  all(): IterableIterator<MemberRecord>;
  /** In order of creation; a position stays valid for ever, so that it can be a cursor. */
  idsOf(organizationId: string): readonly string[];
  /** Who uses the address, as a current or a retired one; deleted members leave theirs free. */
  byEmail(organizationId: string, email: string): MemberRecord | undefined;
  byExternalId(organizationId: string, externalId: string): MemberRecord | undefined;
  byUserName(connectionId: string, userName: string): MemberRecord | undefined;
  /** An IdP may give several people the same one: its attribute is free text. */
  byScimExternalId(connectionId: string, externalId: string): readonly MemberRecord[];
}

export function createMembers(beforeChange: (memberId: string) => void): Members {
  const members = new Map<string, MemberRecord>();
  const idsByOrganization = new Map<string, string[]>();
  const emails = indexBy(emailKeys);
  const externalIds = indexBy(externalIdKeys);
  const userNames = indexBy(userNameKeys);
  const scimExternalIds = indexManyBy(scimExternalIdKeys);
  const get = (id: string | undefined) => (id === undefined ? undefined : members.get(id));

  function reindex(id: string, before: MemberRecord | undefined, after: MemberRecord | undefined): void {
    for (const index of [emails, externalIds, userNames, scimExternalIds]) index.replace(id, before, after);
  }

  return {
    get,
    save(record) {
      beforeChange(record.member_id);
      const before = members.get(record.member_id);
      if (before === undefined) listOf(idsByOrganization, record.organization_id).push(record.member_id);
      members.set(record.member_id, record);
      reindex(record.member_id, before, record);
    },
    remove(memberId) {
      beforeChange(memberId);
      reindex(memberId, members.get(memberId), undefined);
      members.delete(memberId);
    },
    all: () => members.values(),
    idsOf: (organizationId) => idsByOrganization.get(organizationId) ?? [],
    byEmail: (organizationId, email) => get(emails.find(key(organizationId, email.toLowerCase()))),
    byExternalId: (organizationId, externalId) => get(externalIds.find(key(organizationId, externalId))),
    byUserName: (connectionId, userName) => get(userNames.find(key(connectionId, userName.toLowerCase()))),
    byScimExternalId: (connectionId, externalId) =>
      scimExternalIds.find(key(connectionId, externalId)).flatMap((id) => get(id) ?? []),
  };
}

const key = (scope: string, value: string): string => `${scope} ${value}`;

function listOf(lists: Map<string, string[]>, id: string): string[] {
  const list = lists.get(id) ?? [];
  lists.set(id, list);
  return list;
}

function emailKeys(member: MemberRecord): readonly string[] {
  if (isDeleted(member)) return [];
  const retired = member.retired_email_addresses.map((retiredEmail) => retiredEmail.email_address);
  return [member.email_address, ...retired].map((email) => key(member.organization_id, email.toLowerCase()));
}

function externalIdKeys(member: MemberRecord): readonly string[] {
  if (member.external_id === null || isDeleted(member)) return [];
  return [key(member.organization_id, member.external_id)];
}

function userNameKeys({ scim }: MemberRecord): readonly string[] {
  return scim === null ? [] : [key(scim.connection_id, scim.user.userName.toLowerCase())];
}

function scimExternalIdKeys({ scim }: MemberRecord): readonly string[] {
  const externalId = scim?.user.externalId;
  if (scim === null || typeof externalId !== 'string' || externalId === '') return [];
  return [key(scim.connection_id, externalId)];
}
