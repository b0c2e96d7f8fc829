import { asArray, asRecord } from '../directory/json.js';
import type { Room } from '../process/memory-budget.js';
import { type ApiAnswer, openStytch, type StytchOptions } from './client.js';
import { unlessUnknown } from './translate-errors.js';

/** The reads that the reconciler needs. Members are returned unparsed, because no outside data is trusted. */
export type StytchDirectory = {
  /** The member as it is now, deleted or not, from the source itself. Null when Stytch does not know it. */
  getMember(memberId: string, options?: CallOptions): Promise<unknown>;
  /** Members of all statuses, from an index that may lag. @param search at most 1,000 member ids; without ids, all members */
  searchMembers(search: MemberSearch, options?: CallOptions): Promise<MemberPage>;
};

export type CallOptions = {
  /** The longest wait for the answer. */
  deadlineMs?: number;
  /** Memory for the answer. When it has no room, the call fails with AnswerTooLarge. */
  room?: Room | undefined;
};

export type MemberSearch = {
  organizationIds: string[];
  memberIds?: string[];
  cursor?: string;
  /** Members a page: 1 to 1,000. Default: 1,000. */
  limit?: number;
};
/** `bytes`: the size of the page's JSON. */
export type MemberPage = { members: unknown[]; nextCursor: string | null; bytes: number };

/** Stytch gives at most so many members a page. */
export const pageSizeMax = 1000;
/** All values of the API's enum. Without a filter by status, search leaves out deleted members. */
export const memberStatuses = ['active', 'pending', 'invited', 'deleted'];
const membersPath = '/v1/b2b/organizations/members';

export function connectStytch(options: StytchOptions): StytchDirectory {
  const { client, call } = openStytch(options);
  return {
    getMember: (memberId, { deadlineMs, room } = {}) => {
      const path = `${membersPath}/dangerously_get/${encodeURIComponent(memberId)}?include_deleted=true`;
      const read = async () => {
        const found = await unlessUnknown(client.send({ method: 'GET', path, room }));
        return found === null ? null : required(asRecord(found.answer).member);
      };
      return call('members.dangerouslyGet', read, deadlineMs);
    },
    searchMembers: (search, { deadlineMs, room } = {}) => {
      const request = { method: 'POST', path: `${membersPath}/search`, data: searchRequest(search), room } as const;
      return call('members.search', async () => memberPage(await client.send(request)), deadlineMs);
    },
  };
}

/** `members` may be null beside metadata: an empty page. An answer with neither is unusable. */
function memberPage({ answer, bytes }: ApiAnswer): MemberPage {
  const { members, results_metadata } = asRecord(answer);
  if (members !== undefined && members !== null && !Array.isArray(members)) throw new TypeError('Members are no list');
  if (!Array.isArray(members)) required(results_metadata);
  return { members: asArray(members), nextCursor: cursorOf(results_metadata), bytes };
}

/** A cursor that is null, empty or missing ends the listing. */
export function cursorOf(metadata: unknown): string | null {
  const { next_cursor } = asRecord(metadata);
  return typeof next_cursor === 'string' && next_cursor !== '' ? next_cursor : null;
}

function searchRequest({ organizationIds, memberIds, cursor, limit = pageSizeMax }: MemberSearch) {
  const byId = memberIds ? [{ filter_name: 'member_ids' as const, filter_value: memberIds }] : [];
  return {
    organization_ids: organizationIds,
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    query: {
      operator: 'AND' as const,
      operands: [{ filter_name: 'statuses' as const, filter_value: memberStatuses }, ...byId],
    },
  };
}

/** An unusable answer must never look like an empty organization. */
function required(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) throw new TypeError('The answer lacks its main part');
  return part;
}
