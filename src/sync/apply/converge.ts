import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Database,
  databaseAway,
  databaseProblem,
  refusalText,
  type Transaction,
} from '../../database/database.js';
import type { Change } from '../../directory/change.js';
import { limitDirectReads } from '../../directory/evidence.js';
import { plan } from '../../directory/plan.js';
import type { MemberPlan } from '../../directory/plan-types.js';
import { needsSpotCheck, revocationsByTeam } from '../../directory/revocations.js';
import type { Occasion, Outcome, SyncEvent } from '../../directory/sync-event.js';
import type { Reading, World } from '../../directory/world.js';
import { PermanentError, TransientError } from '../../errors/errors.js';
import type { Notices } from '../../monitoring/observer.js';
import { Contested, loadWorld, TooHeavy } from './load-world.js';
import { recordEvents } from './record-events.js';
import { type Write, writePlans } from './write-plans.js';

/** A reading, and why it was made: a sweep, or the hints that need it, the oldest first. */
export type Task = { reading: Reading; occasions: readonly Occasion[] };

/** The result for a member. */
export type Converged = Decided | NeedsDirectRead;

export type Decided = {
  outcome: Outcome;
  changes: readonly Change[];
  teamId: string | null;
  userId: string | null;
  /** True if the row is active now. */
  isActive: boolean;
};

/** The reading is not enough: read these members directly, together with this one, and decide then. */
export type NeedsDirectRead = { readDirectly: readonly string[] };

/** Member id -> its result, or the error. Has every task's member. */
export type ConvergeResult = Map<string, Converged | Error>;

export type ConvergeOptions = {
  /** Also update `observed_at` of users who are right already. Without it they cost no write. */
  stampUnchanged: boolean;
  /** Record no event for a member who is unknown or has a newer reading: the caller handles those hints in another way. */
  onlyIfApplied?: boolean;
  /** Decide and write nothing. */
  dryRun?: boolean;
  /** Members who exist in Stytch, but whose objects can't be understood. */
  unreadable?: ReadonlySet<string>;
  /** These readings are part of a sweep, and there is another one: only so many members are read directly. */
  limitDirectReads?: boolean;
};

export type ConvergeDependencies = {
  database: Database;
  notices?: Notices | undefined;
  /** Called after a commit that deactivated a user. */
  onDeactivated?: (() => void) | undefined;
  /**
   * Reads some members of a search directly, for each of these groups. Without this function each member is read directly.
   */
  spotCheck?: SpotCheck | undefined;
};

/** For each group of readings by search, which would all revoke something: whether direct reads of a sample agree. */
export type SpotCheck = (groups: readonly (readonly Reading[])[]) => Promise<Verdict[]>;
export type Verdict = 'confirmed' | 'refuted' | 'unanswered';

/** A transaction with 1,000 members takes about 150 ms. A longer one makes others wait. */
const membersPerTransaction = 1000;
/** One member with thousands of roles costs as much as a thousand other members. */
const roleValuesPerTransaction = 20_000;
/** Waits up to 40, 80 and 160 ms between attempts. After the fourth collision the members fail, and their job retries. */
const triesPerTransaction = 4;

/**
 * Makes the database equal to the readings. One transaction loads and locks the rows, plans, writes, and records events.
 * It may run twice, or at the same time as itself: a reading that is applied already plans no change. It may die in the
 * middle: then the transaction rolls back. When PostgreSQL refuses a batch, the batch is halved until the one bad member
 * stands alone.
 */
export async function converge(
  deps: ConvergeDependencies,
  tasks: readonly Task[],
  options: ConvergeOptions,
): Promise<ConvergeResult> {
  const result: ConvergeResult = new Map();
  for (const part of byWeight(tasks)) {
    for (const [memberId, converged] of await convergeChecked(deps, part, options)) result.set(memberId, converged);
  }
  return result;
}

/**
 * A search that would revoke something from a few members of a team is followed by a direct read of each. If they are many, a
 * sample is read. If the sample agrees, the search is applied as it is. If not, each member is read directly after all, and
 * the rest of the search is applied: a search that always lacks a part must not keep a sweep from finding leavers, or an event
 * from its effect. Other teams do not wait for the sample.
 */
async function convergeChecked(
  deps: ConvergeDependencies,
  tasks: readonly Task[],
  options: ConvergeOptions,
): Promise<ConvergeResult> {
  try {
    return await convergeOrSplit(deps, tasks, options);
  } catch (error) {
    if (!(error instanceof NeedsSpotCheck) || !deps.spotCheck) throw error;
    const others = tasks.filter((task) => !isIn(error.groups, task));
    const result: ConvergeResult = others.length > 0 ? await convergeChecked(deps, others, options) : new Map();
    const verdicts = await deps.spotCheck(error.groups.map(({ readings }) => readings));
    const withVerdict = (verdict: Verdict) => error.groups.filter((_, i) => verdicts[i] === verdict);
    for (const { teamId } of withVerdict('refuted')) deps.notices?.searchRefuted(teamId);
    const confirmed = withVerdict('confirmed');
    const doubtful = error.groups.filter((group) => !confirmed.includes(group));
    const unchecked = { ...deps, spotCheck: undefined };
    const parts = [
      await convergeOrSplit(unchecked, tasksIn(confirmed), { ...options, isConfirmed: true }),
      await convergeOrSplit(unchecked, tasksIn(doubtful), options),
    ];
    return new Map([...result, ...parts.flatMap((part) => [...part])]);
  }
  function tasksIn(groups: readonly Group[]) {
    return tasks.filter((task) => isIn(groups, task));
  }
}

function isIn(groups: readonly Group[], { reading }: Task): boolean {
  return groups.some(({ organizationId }) => organizationId === reading.member.organizationId);
}

type DecideOptions = ConvergeOptions & { isConfirmed?: boolean };

async function convergeOrSplit(
  deps: ConvergeDependencies,
  tasks: readonly Task[],
  options: DecideOptions,
): Promise<ConvergeResult> {
  if (tasks.length === 0) return new Map();
  try {
    return await convergeBatch(deps, tasks, options);
  } catch (error) {
    if (error instanceof NeedsSpotCheck) throw error;
    const failure = failureOf(error);
    if (!failure.isDivisible || tasks.length === 1) return sameErrorForAll(tasks, failure.error);
  }
  const middle = Math.ceil(tasks.length / 2);
  const first = await convergeOrSplit(deps, tasks.slice(0, middle), options);
  const second = await convergeOrSplit(deps, tasks.slice(middle), options);
  return new Map([...first, ...second]);
}

async function convergeBatch(
  deps: ConvergeDependencies,
  tasks: readonly Task[],
  options: DecideOptions,
): Promise<ConvergeResult> {
  for (let tries = 1; ; tries++) {
    try {
      const result = await deps.database.$transaction((tx) => convergeInTransaction(tx, deps, tasks, options));
      if (!options.dryRun && [...result.values()].some(wasDeactivated)) deps.onDeactivated?.();
      return result;
    } catch (error) {
      const isRetryable = error instanceof Contested || databaseProblem(error).kind === 'collided';
      if (!isRetryable || tries === triesPerTransaction) throw error;
      await sleep(Math.random() * 20 * 2 ** tries); // random, so that the same two transactions don't collide again
    }
  }
}

async function convergeInTransaction(
  tx: Transaction,
  deps: ConvergeDependencies,
  tasks: readonly Task[],
  options: DecideOptions,
) {
  const readings = tasks.map(({ reading }) => reading);
  const world = await loadWorld(tx, readings);
  const datedAhead = world.users.filter(({ isDatedAhead }) => isDatedAhead).length;
  if (datedAhead > 0) deps.notices?.datedAhead(datedAhead);
  const planned = plan(world, readings, options);
  if (deps.spotCheck) assertFewRevocations(world, readings, planned);
  const plans = options.limitDirectReads ? limitDirectReads(planned) : planned;
  const decided = tasks.map((task) => ({ ...task, converged: convergedOf(world, task.reading, plans) }));
  if (!options.dryRun) {
    await writePlans(tx, writesOf(readings, plans), options.stampUnchanged);
    const events = decided.flatMap(({ reading, occasions, converged }) => eventsOf(reading, occasions, converged));
    await recordEvents(tx, options.onlyIfApplied ? events.filter(isApplied) : events);
  }
  return new Map(decided.map(({ reading, converged }) => [reading.member.memberId, converged]));
}

function writesOf(readings: readonly Reading[], plans: ReadonlyMap<string, MemberPlan>): Write[] {
  return readings.flatMap(({ member, date }): Write[] => {
    const planned = plans.get(member.memberId);
    return planned?.decision === 'write' ? [{ plan: planned, date }] : [];
  });
}

function wasDeactivated(converged: Converged): boolean {
  return 'changes' in converged && converged.changes.some(({ type }) => type === 'user_deactivated');
}

/** The members of a team from whom a search would revoke something. */
type Group = { teamId: string; organizationId: string | null; readings: readonly Reading[] };

/** Thrown inside the transaction, so that it rolls back. */
class NeedsSpotCheck extends Error {
  readonly groups: readonly Group[];

  constructor(groups: readonly Group[]) {
    super(`A search would revoke something from many members of ${groups.length} teams`);
    this.groups = groups;
  }
}

/** @throws NeedsSpotCheck */
function assertFewRevocations(
  world: World,
  readings: readonly Reading[],
  plans: ReadonlyMap<string, MemberPlan>,
): void {
  const teamOf = ({ member }: Reading) => world.teamByOrganization.get(member.organizationId ?? '');
  const groups = [...revocationsByTeam(readings, plans, teamOf)]
    .filter(([, revoking]) => needsSpotCheck(revoking.length))
    .map(([teamId, revoking]) => ({
      teamId,
      organizationId: revoking[0]?.member.organizationId ?? null,
      readings: revoking,
    }));
  if (groups.length > 0) throw new NeedsSpotCheck(groups);
}

function convergedOf(world: World, { member }: Reading, plans: Map<string, MemberPlan>): Converged {
  const planned = plans.get(member.memberId);
  if (planned === undefined) throw new Error('Each reading has a plan');
  if (planned.decision === 'read_directly') return { readDirectly: planned.memberIds };
  if (planned.decision === 'write') {
    const outcome = planned.changes.length > 0 ? 'changed' : 'unchanged';
    const { id: userId, teamId, status } = planned.row;
    return { outcome, changes: planned.changes, teamId, userId, isActive: status === 'active' };
  }
  const { user, because } = planned;
  const teamId = user?.teamId ?? world.teamByOrganization.get(member.organizationId ?? '') ?? null;
  const outcome = because === 'elsewhere' ? 'reread' : because;
  return { outcome, changes: [], teamId, userId: user?.id ?? null, isActive: user?.status === 'active' };
}

/** The changes are recorded with the oldest hint. The other hints of the same reading are recorded as unchanged. */
function eventsOf({ member }: Reading, occasions: readonly Occasion[], converged: Converged): SyncEvent[] {
  if ('readDirectly' in converged) return [];
  const { outcome, changes, teamId } = converged;
  const repeated = outcome === 'changed' ? { outcome: 'unchanged' as const, changes: [] } : { outcome, changes };
  return occasions
    .map((occasion, i): SyncEvent => {
      const result = i === 0 ? { outcome, changes } : repeated;
      return { ...occasion, ...result, teamId, memberId: member.memberId };
    })
    .filter(({ trigger, outcome }) => trigger === 'hint' || trigger === 'replay' || outcome === 'changed');
}

function isApplied({ outcome }: SyncEvent): boolean {
  return outcome === 'changed' || outcome === 'unchanged';
}

/** `isDivisible`: one member may be the cause, so halving the batch can help. */
function failureOf(error: unknown): { isDivisible: boolean; error: Error } {
  if (error instanceof TooHeavy) return { isDivisible: true, error: new PermanentError(tooHeavy) };
  if (error instanceof Contested) return { isDivisible: true, error: new TransientError(error.message) };
  if (error instanceof TypeError || error instanceof RangeError) throw error; // a bug of ours, not a database problem
  const { kind, code } = databaseProblem(error);
  if (kind === 'away') return { isDivisible: false, error: databaseAway(code) };
  if (kind === 'collided') {
    const message = `The Scanner database refused to write a member because of a collision (${refusalText(error)}). It will be tried again.`;
    return { isDivisible: true, error: new TransientError(message) };
  }
  const message = `The Scanner database can't store what Stytch says about a member (${refusalText(error)}). Look at the member in Stytch's dashboard.`;
  return { isDivisible: true, error: new PermanentError(message) };
}

/** For one member. Several members are halved first. */
const tooHeavy =
  'A member may be one of several users who together hold too many roles to compare. Check the roles in the IdP.';

function sameErrorForAll(tasks: readonly Task[], error: Error): ConvergeResult {
  return new Map(tasks.map(({ reading }) => [reading.member.memberId, error]));
}

function byWeight(tasks: readonly Task[]): Task[][] {
  const parts: Task[][] = [];
  let weight = Number.POSITIVE_INFINITY;
  for (const task of tasks) {
    const { member } = task.reading;
    const own = member.presence === 'active' ? member.roleValues.length : 0;
    if (weight + own > roleValuesPerTransaction || (parts.at(-1)?.length ?? 0) >= membersPerTransaction) {
      parts.push([]);
      weight = 0;
    }
    parts.at(-1)?.push(task);
    weight += own;
  }
  return parts;
}
