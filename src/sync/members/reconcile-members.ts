import { databaseClock, withDatabaseErrors } from '../../database/database.js';
import type { Instant } from '../../directory/instant.js';
import { goneMember } from '../../directory/member.js';
import type { Occasion } from '../../directory/sync-event.js';
import { type Reading, readingAt } from '../../directory/world.js';
import { PermanentError, TransientError } from '../../errors/errors.js';
import { type Memory, membersAtOnce, type Room } from '../../process/memory-budget.js';
import {
  type ConvergeDependencies,
  type ConvergeResult,
  converge,
  type Decided,
  type NeedsDirectRead,
  type SpotCheck,
  type Task,
} from '../apply/converge.js';
import type { MembersRead, ReadMembers, Wanted } from './read-members.js';
import { spotCheck } from './spot-check.js';

/** A member to reconcile, and why. Without an organization the member is read directly. */
export type ReconcileRequest = Wanted & { occasions: readonly Occasion[] };

/** The result for a member, and the read that it comes from. */
export type MemberResult = Decided & {
  /** The database's clock before the read. */
  fence: Instant;
  /** Read by get, not by search. */
  isDirect: boolean;
};

/** Member id -> the result, or why the member could not be reconciled now. */
export type MemberResults = Map<string, MemberResult | Error>;

export type ReconcileDependencies = Pick<ConvergeDependencies, 'database' | 'notices' | 'onDeactivated'> & {
  readMembers: ReadMembers;
  /** How far a search may lag. */
  searchLagMs: number;
  memory: Memory;
  /** Room in memory that the caller already holds, enough for a few members. */
  room?: Room;
};

export type ReconcileOptions = {
  /** Decide and write nothing. */
  dryRun?: boolean;
  /** These reads are part of a sweep, and there is another one: only so many members are read directly. */
  limitDirectReads?: boolean;
  /** The organization of the team whose sweep missed these members. A member of another organization has left the team. */
  missingFrom?: string;
};

/** A decision may need direct reads of other members, and rows may change meanwhile. One extra round is usual. */
const roundsMax = 4;

/**
 * Reads the members' current state and makes the database equal to it, as many members at a time as memory has room for.
 * Reads a member directly where a search is not enough. Safe to run twice, late, or at the same time as itself: the fence
 * decides which reading counts.
 */
export async function reconcileMembers(
  deps: ReconcileDependencies,
  requests: readonly ReconcileRequest[],
  options: ReconcileOptions = {},
): Promise<MemberResults> {
  const results: MemberResults = new Map();
  for (const part of partsOf(deps, requests)) {
    for (const [memberId, result] of await reconcilePart(deps, part, options)) results.set(memberId, result);
  }
  return results;
}

/** Splits requests into parts that fit into memory. Sorted by weight, so that light members need not be read in small parts. */
export function partsOf(
  { memory }: Pick<ReconcileDependencies, 'memory'>,
  requests: readonly ReconcileRequest[],
): ReconcileRequest[][] {
  const parts: ReconcileRequest[][] = [];
  let left = 0;
  for (const request of [...requests].sort((a, b) => weightOf(memory, a) - weightOf(memory, b))) {
    const weight = weightOf(memory, request);
    if (left < weight) {
      parts.push([]);
      left = 1;
    }
    parts.at(-1)?.push(request);
    left -= weight;
  }
  return parts;
}

/** The share of one read that this member takes. */
function weightOf(memory: Memory, { organizationId }: ReconcileRequest): number {
  return 1 / membersAtOnce(memory, [organizationId]);
}

async function reconcilePart(
  deps: ReconcileDependencies,
  requests: readonly ReconcileRequest[],
  options: ReconcileOptions,
): Promise<MemberResults> {
  const results: MemberResults = new Map();
  let open = requests;
  for (let round = 1; open.length > 0 && round <= roundsMax; round++) {
    const current = open;
    const attempt = (room: Room) => reconcileOnce(deps, current, { ...options, room, read: deps.readMembers });
    const attempted = await (deps.room ? attempt(deps.room) : holdFor(deps, current, attempt));
    open = keepDecided(results, current, attempted);
  }
  for (const { memberId } of open) results.set(memberId, new TransientError(undecided(memberId)));
  return results;
}

function undecided(memberId: string): string {
  return `It is not clear which user member ${memberId} is: members with the same external id can't be read now, or keep changing. It will be tried again.`;
}

/** Waits for room in memory for these members, then does the work. */
export function holdFor<T>(
  { memory }: Pick<ReconcileDependencies, 'memory'>,
  requests: readonly ReconcileRequest[],
  work: (room: Room) => Promise<T>,
): Promise<T> {
  const organizationIds = requests.map(({ organizationId }) => organizationId);
  return memory.hold(requests.length * memory.bytesPerMember(organizationIds), work);
}

/** Member id -> the result, or the members who must be read directly before there is one. */
export type AttemptResults = Map<string, MemberResult | NeedsDirectRead | Error>;

export type AttemptOptions = ReconcileOptions & { room: Room; read: ReadMembers };

/** One read and one write. The fence is taken before the read, so that rows that a later read has written stay as they are. */
export async function reconcileOnce(
  { readMembers, searchLagMs, ...deps }: ReconcileDependencies,
  requests: readonly ReconcileRequest[],
  { read: readNow, dryRun = false, limitDirectReads = false, missingFrom, room }: AttemptOptions,
): Promise<AttemptResults> {
  const fence = await withDatabaseErrors(() => databaseClock(deps.database));
  const read = await readNow(requests, room);
  const failed = failuresIn(read);
  const unreadable = failed.filter(([, error]) => error instanceof PermanentError).map(([memberId]) => memberId);
  const tasks = tasksOf(requests, read, (observed) =>
    readingAt(missingFrom === undefined ? observed : leftTeam(observed, missingFrom), fence, searchLagMs),
  );
  const check: SpotCheck = (groups) => spotCheck(readMembers, groups);
  const options = { stampUnchanged: true, dryRun, unreadable: new Set(unreadable), limitDirectReads };
  const converged = await converge({ ...deps, spotCheck: check }, tasks, options);
  const results = withRead(converged, fence, read);
  for (const [memberId, error] of failed) results.set(memberId, error);
  return results;
}

type Observed = Pick<Reading, 'member' | 'isDirect'>;

function leftTeam(observed: Observed, organizationId: string): Observed {
  const { member, isDirect } = observed;
  if (member.presence === 'gone' || member.organizationId === organizationId) return observed;
  return { member: goneMember(member.memberId, 'other_organization'), isDirect };
}

function tasksOf(
  requests: readonly ReconcileRequest[],
  read: MembersRead,
  readingOf: (observed: Observed) => Reading,
): Task[] {
  return requests.flatMap(({ memberId, occasions }) => {
    const observed = read.get(memberId);
    return observed === undefined || observed instanceof Error ? [] : [{ reading: readingOf(observed), occasions }];
  });
}

function failuresIn(read: MembersRead): [string, Error][] {
  return [...read].filter((entry): entry is [string, Error] => entry[1] instanceof Error);
}

function withRead(converged: ConvergeResult, fence: Instant, read: MembersRead): AttemptResults {
  const results: AttemptResults = new Map();
  for (const [memberId, result] of converged) {
    const observed = read.get(memberId);
    const isDirect = observed !== undefined && !(observed instanceof Error) && observed.isDirect;
    const isOpen = result instanceof Error || 'readDirectly' in result;
    results.set(memberId, isOpen ? result : { ...result, fence, isDirect });
  }
  return results;
}

/** Keeps the results that are decided. Returns requests for direct reads of the other members, and of those they depend on. */
function keepDecided(
  results: MemberResults,
  requests: readonly ReconcileRequest[],
  attempted: AttemptResults,
): ReconcileRequest[] {
  const again = new Map<string, ReconcileRequest>();
  const byMember = new Map(requests.map((request) => [request.memberId, request]));
  for (const { memberId } of requests) {
    const result = attempted.get(memberId) ?? noResult(memberId);
    if (result instanceof Error || !('readDirectly' in result)) {
      results.set(memberId, result);
      continue;
    }
    for (const id of [memberId, ...result.readDirectly]) again.set(id, directly(byMember.get(id) ?? helping(id)));
  }
  return [...again.values()];
}

/** The same request, by get: a member without an organization can't be searched for. */
export function directly(request: ReconcileRequest): ReconcileRequest {
  return { ...request, organizationId: null };
}

/** A member who is read only because the decision about another member depends on it. */
export function helping(memberId: string): ReconcileRequest {
  return { memberId, organizationId: null, occasions: [{ trigger: 'recheck' }] };
}

/** For a member who is missing from the results of a batch. */
export function noResult(memberId: string): TransientError {
  return new TransientError(`There is no result for member ${memberId}. It will be tried again.`);
}
