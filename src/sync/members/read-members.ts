import { asRecord } from '../../directory/json.js';
import { type DirectoryMember, directoryMemberOf, goneMember, UnreadableMember } from '../../directory/member.js';
import { PermanentError, TransientError } from '../../errors/errors.js';
import { bytesIfAtOnce, type Memory, type Room } from '../../process/memory-budget.js';
import {
  AnswerTooLarge,
  type CallOptions,
  isRefusal,
  type MemberPage,
  type StytchDirectory,
} from '../../stytch/directory.js';
import type { BudgetedDirectory } from '../../stytch/search-budget.js';
import { divider } from './divide.js';

/** A member to read. Without an organization only a direct get can find it. */
export type Wanted = { memberId: string; organizationId: string | null };

/** What the directory says of a member, and whether Stytch itself says so or only its search. */
export type Observed = { member: DirectoryMember; isDirect: boolean };

/** Member id -> what the directory says, or why it could not be read. Each wanted member is in it. */
export type MembersRead = Map<string, Observed | Error>;

/** Ways to read members. @param room that the caller holds for what is read */
export type MemberReads = {
  /** By search, and directly whom it does not find: each wanted member is in it. */
  readMembers(wanted: readonly Wanted[], room?: Room): Promise<MembersRead>;
  /** By search alone, which takes one call; `open` are those who have to be asked about directly, one by one. */
  readQuickly(wanted: readonly Wanted[], room?: Room): Promise<{ read: MembersRead; open: readonly Wanted[] }>;
};
export type ReadMembers = MemberReads['readMembers'];

/** Up to here asking one by one is quicker, and more truthful, than an index with 0.15 to 9 s of latency. */
const fewMembers = 5;
/** Direct gets at the same time; Stytch publishes no limit for them, so we stay modest. */
const getsAtOnce = 10;
/** A page of Stytch's; that one search takes as many ids is our own guess, so fewer are asked for when it refuses. */
const searchIdsMax = 1000;

/**
 * Reads members by the cheapest way that can be believed: a few by direct get; many by search, which takes 1,000 ids a
 * call but is an index that lags, so whoever it doesn't know is asked for directly before "not found" is believed.
 */
export function memberReader(stytch: StytchDirectory, reading: ReadOptions): MemberReads {
  const divide = divider({ sizeMax: searchIdsMax, isDivisible: isRefusal, isWeight });
  const readQuickly: MemberReads['readQuickly'] = async (wanted, room) => {
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
    readQuickly,
    readMembers: async (wanted, room) => {
      const { read, open } = await readQuickly(wanted, room);
      const asked = await getAll(stytch, open, { ...reading, room });
      return new Map(wanted.map(({ memberId }) => [memberId, asked.get(memberId) ?? read.get(memberId) ?? lost()]));
    },
  };
}

/** For a batcher: as many as this are asked for by search, so its turn is waited for while the batch still grows. */
export function turnFor(stytch: BudgetedDirectory): (waiting: number) => Promise<void> | undefined {
  return (waiting) => (waiting > fewMembers ? stytch.takeTurn() : undefined);
}

export type ReadOptions = {
  /** Learns what members take. */
  memory: Pick<Memory, 'learn' | 'bytesPerMember'>;
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
      if (error instanceof PermanentError) return [];
      throw error;
    }
  });
}

function isDoubtful(found: Observed | Error | undefined, { expectGone = false }: ReadOptions): boolean {
  if (found === undefined) return true;
  return expectGone && !(found instanceof Error) && found.member.presence === 'active';
}

function lost(): Error {
  return new TransientError('Reading from Stytch gave no answer.');
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

/** One member who is larger than anything that we read. */
function tooLarge(memberId: string, error: unknown): never {
  if (!(error instanceof AnswerTooLarge) || !error.isForGood) throw error;
  throw new UnreadableMember(`Member ${memberId} is larger than we read. Look at it in Stytch's dashboard.`);
}

/** Whom it does not find, or was not answered about, is asked for directly. @throws as searchByIds */
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

/** Too much because of what the members hold, not because of how many they are. */
function isWeight(error: unknown): boolean {
  return error instanceof AnswerTooLarge;
}

/**
 * The members of these organizations with these ids, from all pages of one search.
 * @throws TransientError, and what Stytch refuses
 */
export async function searchByIds(
  stytch: StytchDirectory,
  search: { organizationIds: string[]; memberIds: string[] },
  options: CallOptions = {},
): Promise<{ members: unknown[]; bytes: number }> {
  const found = { members: [] as unknown[], bytes: 0 };
  let cursor: string | null = null;
  for (let page = 0; page < search.memberIds.length; page++) {
    const asked: MemberPage = await stytch.searchMembers(
      { ...search, ...(cursor === null ? {} : { cursor }) },
      options,
    );
    found.members.push(...asked.members);
    found.bytes += asked.bytes;
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
