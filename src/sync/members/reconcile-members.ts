import { databaseClock, withDatabaseErrors } from '../../database/database.js';
import type { Instant } from '../../directory/instant.js';
import { type GoneMember, goneMember } from '../../directory/member.js';
import type { Occasion } from '../../directory/sync-event.js';
import { type Reading, readingAt } from '../../directory/world.js';
import { PermanentError, TransientError } from '../../errors/errors.js';
import { type Memory, membersAtOnce, type Room } from '../../process/memory-budget.js';
import {
  type ConvergeDependencies,
  type Converged,
  type ConvergeResult,
  converge,
  type Task,
} from '../apply/converge.js';
import { spotCheck } from './confirm-search.js';
import type { MembersRead, ReadMembers, Wanted } from './read-members.js';

/** A member to look at, and why. */
export type Look = Wanted & { occasions: readonly Occasion[] };

/** What became of a member, and the reading that it came from. */
export type MemberResult = Exclude<Converged, { look: readonly string[] }> & {
  /** The database's clock before Stytch was asked. */
  fence: Instant;
  /** Stytch itself was asked, and not its search. */
  isDirect: boolean;
};

/** Member id -> what became of it, or why it could not be reconciled now. */
export type MemberResults = Map<string, MemberResult | Error>;

export type ReconcileDependencies = Pick<ConvergeDependencies, 'database' | 'notices' | 'onLeft'> & {
  readMembers: ReadMembers;
  /** How far a search may be behind. */
  searchLagMs: number;
  memory: Memory;
  /** Room that the caller holds already, for a few members. */
  room?: Room;
};

export type ReconcileOptions = {
  /** Decide, and write nothing: what would change now? */
  dryRun?: boolean;
  /** No event said that something changed. */
  isUnasked?: boolean;
  /** Their team's sweep has missed these members: one who is of another organization than this one has left the team. */
  missingFrom?: string;
};

/** Deciding about one member can take a look at others, and a row may have been read anew meanwhile; in practice one extra round. */
const roundsMax = 4;

/**
 * Reads the members' state now and makes the database equal to it, as many at a time as there is room for in memory. Where
 * a search is not enough, Stytch is asked directly.
 */
export async function reconcileMembers(
  deps: ReconcileDependencies,
  looks: readonly Look[],
  options: ReconcileOptions = {},
): Promise<MemberResults> {
  const settled: MemberResults = new Map();
  for (const part of partsOf(deps, looks)) {
    for (const [memberId, result] of await reconcilePart(deps, part, options)) settled.set(memberId, result);
  }
  return settled;
}

/** Members of one organization weigh alike, so they are kept together: who is light need not be asked for in small parts. */
export function partsOf({ memory }: Pick<ReconcileDependencies, 'memory'>, looks: readonly Look[]): Look[][] {
  const parts: Look[][] = [];
  let left = 0;
  for (const look of [...looks].sort((a, b) => weightOf(memory, a) - weightOf(memory, b))) {
    const weight = weightOf(memory, look);
    if (left < weight) {
      parts.push([]);
      left = 1;
    }
    parts.at(-1)?.push(look);
    left -= weight;
  }
  return parts;
}

/** The share that a member takes of what is asked for at once. */
function weightOf(memory: Memory, { organizationId }: Look): number {
  return 1 / membersAtOnce(memory, [organizationId]);
}

async function reconcilePart(
  deps: ReconcileDependencies,
  looks: readonly Look[],
  options: ReconcileOptions,
): Promise<MemberResults> {
  const settled: MemberResults = new Map();
  let open = looks;
  for (let round = 1; open.length > 0 && round <= roundsMax; round++) {
    const asked = open;
    const look = (room: Room) => lookOnce(deps, asked, { ...options, room, read: deps.readMembers });
    open = settle(settled, asked, await (deps.room ? look(deps.room) : holdFor(deps, asked, look)));
  }
  for (const { memberId } of open) settled.set(memberId, new TransientError(undecided(memberId)));
  return settled;
}

function undecided(memberId: string): string {
  return `Which user member ${memberId} is could not be told: those who have its external id can't be read now, or keep changing.`;
}

/** Works when there is room for what these members take, as far as is known. */
export function holdFor<T>(
  { memory }: Pick<ReconcileDependencies, 'memory'>,
  looks: readonly Look[],
  work: (room: Room) => Promise<T>,
): Promise<T> {
  return memory.hold(looks.length * memory.bytesPerMember(looks.map(({ organizationId }) => organizationId)), work);
}

/** Of some, only who has to be asked about directly, together with them, is known. */
export type Looked = Map<string, MemberResult | Error | { look: readonly string[] }>;

export type LookOptions = ReconcileOptions & { room: Room; read: ReadMembers };

/** The fence is taken before the read, so that whatever is applied meanwhile by somebody who read later is left alone. */
export async function lookOnce(
  { readMembers, searchLagMs, ...deps }: ReconcileDependencies,
  looks: readonly Look[],
  { read: readThem, dryRun = false, isUnasked = false, missingFrom, room }: LookOptions,
): Promise<Looked> {
  const fence = await withDatabaseErrors(() => databaseClock(deps.database));
  const read = await readThem(looks, room);
  const failed = failuresIn(read);
  const unreadable = new Set(
    failed.filter(([, error]) => error instanceof PermanentError).map(([memberId]) => memberId),
  );
  const tasks = tasksOf(looks, read, (observed) =>
    readingAt(missingFrom === undefined ? observed : leftTeam(observed, missingFrom), fence, searchLagMs),
  );
  const examine = (readings: readonly Reading[]) => spotCheck(readMembers, readings);
  const options = { stampUnchanged: true, dryRun, unreadable, isUnasked };
  const converged = await converge({ ...deps, spotCheck: examine }, tasks, options);
  return new Map<string, MemberResult | Error | { look: readonly string[] }>([
    ...withReading(converged, fence, read),
    ...failed,
  ]);
}

type Observed = Pick<Reading, 'member' | 'isDirect'>;

function leftTeam(observed: Observed, organizationId: string): Observed {
  const { member, isDirect } = observed;
  if (member.presence === 'gone' || member.organizationId === organizationId) return observed;
  const left: GoneMember = goneMember(member.memberId, 'other_organization');
  return { member: left, isDirect };
}

function tasksOf(looks: readonly Look[], read: MembersRead, readingOf: (observed: Observed) => Reading): Task[] {
  return looks.flatMap(({ memberId, occasions }) => {
    const observed = read.get(memberId);
    return observed === undefined || observed instanceof Error ? [] : [{ reading: readingOf(observed), occasions }];
  });
}

function failuresIn(read: MembersRead): [string, Error][] {
  return [...read].filter((entry): entry is [string, Error] => entry[1] instanceof Error);
}

function withReading(converged: ConvergeResult, fence: Instant, read: MembersRead): Looked {
  return new Map(
    [...converged].map(([memberId, result]) => {
      const observed = read.get(memberId);
      const isDirect = observed !== undefined && !(observed instanceof Error) && observed.isDirect;
      const isOpen = result instanceof Error || 'look' in result;
      return [memberId, isOpen ? result : { ...result, fence, isDirect }];
    }),
  );
}

/** Files what is decided; returns who must be asked about directly, together with the members that it hangs on. */
function settle(settled: MemberResults, looks: readonly Look[], results: Looked): Look[] {
  const again = new Map<string, Look>();
  const asked = new Map(looks.map((look) => [look.memberId, look]));
  for (const look of looks) {
    const result = results.get(look.memberId) ?? new TransientError(`Member ${look.memberId} was not handled.`);
    if (result instanceof Error || !('look' in result)) {
      settled.set(look.memberId, result);
      continue;
    }
    for (const memberId of [look.memberId, ...result.look]) {
      const one = asked.get(memberId) ?? { memberId, occasions: [{ trigger: 'recheck' }] };
      again.set(memberId, { ...one, organizationId: null }); // without an organization only a direct get can find it
    }
  }
  return [...again.values()];
}
