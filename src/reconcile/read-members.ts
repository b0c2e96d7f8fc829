import { asRecord } from '../directory/json.js';
import { type DirectoryMember, directoryMemberOf, goneMember } from '../directory/member.js';
import { Hopeless, Unavailable } from '../failures.js';
import { isRefusal, type MemberPage, type StytchDirectory } from '../stytch.js';
import { divider } from './divide.js';
import type { BudgetedDirectory } from './search-budget.js';

/** A member to read. Without an organization only a direct get can find it. */
export type Wanted = { memberId: string; organizationId: string | null };

/** What the directory says of a member, and whether Stytch itself says so or only its search. */
export type Observed = { member: DirectoryMember; isDirect: boolean };

/** Member id -> what the directory says, or why it could not be read. Each wanted member is in it. */
export type MembersRead = Map<string, Observed | Error>;

export type ReadMembers = (wanted: readonly Wanted[]) => Promise<MembersRead>;

/** Up to here asking one by one is quicker, and more truthful, than an index with 0.15 to 9 s of latency. */
const fewMembers = 5;
/** Direct gets at the same time; Stytch publishes no limit for them, so we stay modest. */
const getsAtOnce = 10;
const searchIdsMax = 1000;

/**
 * Reads members by the cheapest way that can be believed: a few by direct get; many by search, which takes 1,000 ids a
 * call but is an index that lags, so whoever it doesn't know is asked for directly before "not found" is believed.
 */
export function memberReader(stytch: StytchDirectory, options: ReadOptions = {}): ReadMembers {
  const divide = divider({ sizeMax: searchIdsMax, isDivisible: isRefusal });
  return async (wanted) => {
    const searchable = wanted.filter(({ organizationId }) => organizationId !== null).sort(byOrganization);
    if (searchable.length <= fewMembers) return getAll(stytch, wanted, options);
    const found: MembersRead = new Map();
    await divide(
      searchable,
      (part) => searchInto(found, stytch, part, options),
      async (part, error) => {
        if (!isRefusal(error)) failAll(found, part, asFailure(error));
      },
    );
    const doubtful = wanted.filter(({ memberId }) => isDoubtful(found.get(memberId), options));
    const asked = await getAll(stytch, doubtful, options);
    return new Map(wanted.map(({ memberId }) => [memberId, asked.get(memberId) ?? found.get(memberId) ?? lost()]));
  };
}

/** For a batcher: as many as this are asked for by search, so its turn is waited for while the batch still grows. */
export function turnFor(stytch: BudgetedDirectory): (waiting: number) => Promise<void> | undefined {
  return (waiting) => (waiting > fewMembers ? stytch.takeTurn() : undefined);
}

export type ReadOptions = {
  /** Longest wait for one call. */
  deadlineMs?: number;
  /** The members were said, and signed, to be gone: an index that still shows them active is asked no further. */
  expectGone?: boolean;
};

/** The members that can be understood; who can't is asked for alone, and fails alone. */
export function understood(members: readonly unknown[]): DirectoryMember[] {
  return members.flatMap((member) => {
    try {
      return [directoryMemberOf(member)];
    } catch (error) {
      if (error instanceof Hopeless) return [];
      throw error;
    }
  });
}

function isDoubtful(found: Observed | Error | undefined, { expectGone = false }: ReadOptions): boolean {
  if (found === undefined) return true;
  return expectGone && !(found instanceof Error) && found.member.presence === 'active';
}

function lost(): Error {
  return new Unavailable('Reading from Stytch gave no answer.');
}

async function getAll(stytch: StytchDirectory, wanted: readonly Wanted[], options: ReadOptions): Promise<MembersRead> {
  const read: MembersRead = new Map();
  const queue = [...wanted];
  const getNext = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      read.set(next.memberId, await getOne(stytch, next.memberId, options).catch(asFailure));
    }
  };
  await Promise.all(Array.from({ length: getsAtOnce }, getNext));
  return read;
}

async function getOne(stytch: StytchDirectory, memberId: string, options: ReadOptions): Promise<Observed> {
  const found = await stytch.getMember(memberId, options);
  const member = found === null ? goneMember(memberId, 'not_found') : directoryMemberOf(found);
  return { member, isDirect: true };
}

/** Whom it does not find, or was not answered about, is asked for directly. @throws as searchByIds */
async function searchInto(
  read: MembersRead,
  stytch: StytchDirectory,
  wanted: readonly Wanted[],
  options: ReadOptions,
): Promise<void> {
  const organizationIds = [...new Set(wanted.map(({ organizationId }) => String(organizationId)))];
  const memberIds = wanted.map(({ memberId }) => memberId);
  for (const member of await searchByIds(stytch, { organizationIds, memberIds }, options)) readInto(read, member);
}

/**
 * The members of these organizations with these ids, from all pages of one search.
 * @throws Unavailable, and what Stytch refuses
 */
export async function searchByIds(
  stytch: StytchDirectory,
  search: { organizationIds: string[]; memberIds: string[] },
  options: ReadOptions = {},
): Promise<unknown[]> {
  const found: unknown[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < search.memberIds.length; page++) {
    const asked: MemberPage = await stytch.searchMembers(
      { ...search, ...(cursor === null ? {} : { cursor }) },
      options,
    );
    found.push(...asked.members);
    cursor = asked.nextCursor;
    if (cursor === null) break;
  }
  return found;
}

function readInto(read: MembersRead, member: unknown): void {
  const memberId = asRecord(member).member_id;
  if (typeof memberId !== 'string') return;
  try {
    read.set(memberId, { member: directoryMemberOf(member), isDirect: false });
  } catch (error) {
    read.set(memberId, asFailure(error));
  }
}

/** So that half of them are half of the organizations as well. */
function byOrganization(a: Wanted, b: Wanted): number {
  return String(a.organizationId) < String(b.organizationId) ? -1 : 1;
}

function failAll(read: MembersRead, wanted: readonly Wanted[], failure: Error): void {
  for (const { memberId } of wanted) read.set(memberId, failure);
}

function asFailure(error: unknown): Error {
  return error instanceof Error ? error : lost();
}
