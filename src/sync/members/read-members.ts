import { asRecord } from '../../directory/json.js';
import { type DirectoryMember, directoryMemberOf, goneMember, UnreadableMember } from '../../directory/member.js';
import { PermanentError, TransientError } from '../../errors/errors.js';
import { bytesIfAtOnce, type Memory, type Room } from '../../process/memory-budget.js';
import type { CallOptions, MemberPage, StytchDirectory } from '../../stytch/directory.js';
import type { BudgetedDirectory } from '../../stytch/search-budget.js';
import { AnswerTooLarge, isRefusal } from '../../stytch/translate-errors.js';
import { divider } from './divide.js';

/** A member to read. Without an organization only a get can find it. */
export type Wanted = { memberId: string; organizationId: string | null };

/** What the directory says about a member, and whether a get said it (`isDirect`) or a search. */
export type Observed = { member: DirectoryMember; isDirect: boolean };

/** Member id -> what the directory says, or why the member could not be read. */
export type MembersRead = Map<string, Observed | Error>;

/** Ways to read members. `room` is the memory that the caller holds for the answers. */
export type MemberReads = {
  /** By search, then by get for members that the search does not find. The result has every wanted member. */
  readMembers(wanted: readonly Wanted[], room?: Room): Promise<MembersRead>;
  /** By search only. `open`: members that must be read by get. */
  readBySearch(wanted: readonly Wanted[], room?: Room): Promise<{ read: MembersRead; open: readonly Wanted[] }>;
};
export type ReadMembers = MemberReads['readMembers'];

/** For up to five members, gets are faster and more accurate than a search (0.15 to 9 s, and its index lags). */
const fewMembers = 5;
/** Gets at the same time. Stytch documents no limit for them. */
const getsAtOnce = 10;
/** The size of a Stytch page. That a search accepts so many ids is our guess; after a refusal the number is halved. */
const searchIdsMax = 1000;

/**
 * Reads a few members by get, and many by search: 1,000 ids a call. The search index lags, so a member that it does not find
 * is read by get before “not found” is accepted.
 */
export function memberReader(stytch: StytchDirectory, reading: ReadOptions): MemberReads {
  const divide = divider({ sizeMax: searchIdsMax, isDivisible: isRefusal, isWeight });
  const readBySearch: MemberReads['readBySearch'] = async (wanted, room) => {
    const options = { ...reading, room };
    const searchable = wanted.filter(({ organizationId }) => organizationId !== null).sort(byOrganization);
    const read: MembersRead = new Map();
    if (searchable.length <= fewMembers) return { read, open: wanted };
    await divide(
      searchable,
      (part) => searchInto(read, stytch, part, options),
      async (part, error) => {
        if (!isRefusal(error)) failAll(read, part, asFailure(error));
      },
    );
    return { read, open: wanted.filter(({ memberId }) => isDoubtful(read.get(memberId), reading)) };
  };
  return {
    readBySearch,
    readMembers: async (wanted, room) => {
      const { read, open } = await readBySearch(wanted, room);
      const direct = await getAll(stytch, open, { ...reading, room });
      return new Map(
        wanted.map(({ memberId }) => [memberId, direct.get(memberId) ?? read.get(memberId) ?? noAnswer()]),
      );
    },
  };
}

/** For a batcher: many members are read by search, so the batch waits for a search to be allowed, and grows meanwhile. */
export function turnFor(stytch: BudgetedDirectory): (waiting: number) => Promise<void> | undefined {
  return (waiting) => (waiting > fewMembers ? stytch.takeTurn() : undefined);
}

export type ReadOptions = {
  /** Learns how much memory the members need. */
  memory: Pick<Memory, 'learn' | 'bytesPerMember'>;
  /** Longest wait for one call, in milliseconds. */
  deadlineMs?: number;
  /** Signed events say that the members are gone. A member whom a search still shows as active is read by get. */
  expectGone?: boolean;
};

/** The members that can be understood. The others are read alone, and fail alone. */
export function readableMembers(members: readonly unknown[]): DirectoryMember[] {
  return members.flatMap((member) => {
    try {
      return [directoryMemberOf(member)];
    } catch (error) {
      if (error instanceof PermanentError) return [];
      throw error;
    }
  });
}

function isDoubtful(found: Observed | Error | undefined, { expectGone = false }: ReadOptions): boolean {
  if (found === undefined) return true;
  return expectGone && !(found instanceof Error) && found.member.presence === 'active';
}

function noAnswer(): Error {
  return new TransientError('Stytch gave no answer for a member. It will be tried again.');
}

type Reading = ReadOptions & { room: Room | undefined };

async function getAll(stytch: StytchDirectory, wanted: readonly Wanted[], options: Reading): Promise<MembersRead> {
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

async function getOne(stytch: StytchDirectory, memberId: string, options: Reading): Promise<Observed> {
  const found = await stytch.getMember(memberId, callOptions(options)).catch((error) => tooLarge(memberId, error));
  const member = found === null ? goneMember(memberId, 'not_found') : directoryMemberOf(found);
  return { member, isDirect: true };
}

function callOptions({ deadlineMs, room }: Reading): CallOptions {
  return { room, ...(deadlineMs === undefined ? {} : { deadlineMs }) };
}

/** For a member whose object exceeds our limit: permanent, because its size stays. */
function tooLarge(memberId: string, error: unknown): never {
  if (!(error instanceof AnswerTooLarge) || !error.isForGood) throw error;
  throw new UnreadableMember(
    `Member ${memberId} is too large to read. Look at its roles and groups in Stytch's dashboard.`,
  );
}

/** Adds the members that a search finds to `read`. @throws as searchByIds */
async function searchInto(
  read: MembersRead,
  stytch: StytchDirectory,
  wanted: readonly Wanted[],
  options: Reading,
): Promise<void> {
  const organizationIds = [...new Set(wanted.map(({ organizationId }) => String(organizationId)))];
  const memberIds = wanted.map(({ memberId }) => memberId);
  try {
    const { members, bytes } = await searchByIds(stytch, { organizationIds, memberIds }, callOptions(options));
    for (const member of members) readInto(read, member);
    if (members.length > 0) options.memory.learn(organizationIds, bytes / members.length);
  } catch (error) {
    if (isWeight(error)) options.memory.learn(organizationIds, bytesIfAtOnce(Math.ceil(memberIds.length / 2)));
    throw error;
  }
}

/** True if the answer was too large because of the members' content, not because of their number. */
function isWeight(error: unknown): boolean {
  return error instanceof AnswerTooLarge;
}

/**
 * The members with these ids in these organizations, from all pages of one search.
 * @throws TransientError, or Stytch's refusal
 */
export async function searchByIds(
  stytch: StytchDirectory,
  search: { organizationIds: string[]; memberIds: string[] },
  options: CallOptions = {},
): Promise<{ members: unknown[]; bytes: number }> {
  const found = { members: [] as unknown[], bytes: 0 };
  let cursor: string | null = null;
  for (let page = 0; page < search.memberIds.length; page++) {
    const answer: MemberPage = await stytch.searchMembers(cursor === null ? search : { ...search, cursor }, options);
    found.members.push(...answer.members);
    found.bytes += answer.bytes;
    cursor = answer.nextCursor;
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

/** Sorted by organization, so that half of the members are in half of the organizations. */
function byOrganization(a: Wanted, b: Wanted): number {
  return String(a.organizationId) < String(b.organizationId) ? -1 : 1;
}

function failAll(read: MembersRead, wanted: readonly Wanted[], failure: Error): void {
  for (const { memberId } of wanted) read.set(memberId, failure);
}

function asFailure(error: unknown): Error {
  return error instanceof Error ? error : noAnswer();
}
