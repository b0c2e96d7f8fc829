import { asRecord } from '../directory/json.js';
import { type DirectoryMember, directoryMemberOf, goneMember } from '../directory/member.js';
import { Hopeless, Unavailable } from '../failures.js';
import type { StytchDirectory } from '../stytch.js';
import type { BudgetedDirectory } from './search-budget.js';

/** A member to read. Without an organization only a direct get can find it. */
export type Wanted = { memberId: string; organizationId: string | null };

/** Member id -> what the directory says now, or why it could not be read. Each wanted member is in it. */
export type MembersRead = Map<string, DirectoryMember | Error>;

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
  return async (wanted) => {
    const searchable = wanted.filter(({ organizationId }) => organizationId !== null);
    if (searchable.length <= fewMembers) return getAll(stytch, wanted, options);
    const found: MembersRead = new Map();
    for (const part of chunks(searchable, searchIdsMax)) await searchInto(found, stytch, part, options);
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

/** The members that can be understood; whoever can't is asked for alone by somebody else, and fails alone. */
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

function isDoubtful(found: DirectoryMember | Error | undefined, { expectGone = false }: ReadOptions): boolean {
  if (found === undefined) return true;
  return expectGone && !(found instanceof Error) && found.presence === 'active';
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

async function getOne(stytch: StytchDirectory, memberId: string, options: ReadOptions) {
  const member = await stytch.getMember(memberId, options);
  return member === null ? goneMember(memberId, 'not_found') : directoryMemberOf(member);
}

/** One search; where Stytch refuses it as a whole (an organization is gone, an id is odd), each part is asked for itself. */
async function searchInto(
  read: MembersRead,
  stytch: StytchDirectory,
  wanted: readonly Wanted[],
  options: ReadOptions,
): Promise<void> {
  const organizationIds = [...new Set(wanted.map(({ organizationId }) => String(organizationId)))];
  try {
    const memberIds = wanted.map(({ memberId }) => memberId);
    const { members } = await stytch.searchMembers({ organizationIds, memberIds }, options);
    for (const member of members) readInto(read, member);
  } catch (error) {
    if (!(error instanceof Hopeless)) return failAll(read, wanted, asFailure(error));
    if (organizationIds.length === 1) return; // Every one of them is missing, and is asked for directly.
    for (const organizationId of organizationIds) {
      const part = wanted.filter((one) => one.organizationId === organizationId);
      await searchInto(read, stytch, part, options);
    }
  }
}

function readInto(read: MembersRead, member: unknown): void {
  const memberId = asRecord(member).member_id;
  if (typeof memberId !== 'string') return;
  try {
    read.set(memberId, directoryMemberOf(member));
  } catch (error) {
    read.set(memberId, asFailure(error));
  }
}

function failAll(read: MembersRead, wanted: readonly Wanted[], failure: Error): void {
  for (const { memberId } of wanted) read.set(memberId, failure);
}

function asFailure(error: unknown): Error {
  return error instanceof Error ? error : lost();
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
