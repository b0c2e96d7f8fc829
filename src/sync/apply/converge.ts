import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, databaseAway, databaseProblem, type Transaction } from '../../database/database.js';
import { postponed, type SearchRevokes } from '../../directory/belief.js';
import type { Change } from '../../directory/change.js';
import type { LookBecause, MemberPlan } from '../../directory/member-plan.js';
import { plan } from '../../directory/plan.js';
import type { Occasion, Outcome, SyncEvent } from '../../directory/sync-event.js';
import { revocationsByTeam, revokesTooMuch } from '../../directory/takings.js';
import type { Reading, World } from '../../directory/world.js';
import { PermanentError, TransientError } from '../../errors/errors.js';
import type { Notices } from '../../monitoring/observer.js';
import { Contested, loadWorld, TooHeavy } from './load-world.js';
import { recordEvents } from './record-events.js';
import { type Write, writePlans } from './write-plans.js';

/** A reading and why it was made: the hints that asked for it (the oldest first), or a sweep. */
export type Task = { reading: Reading; occasions: readonly Occasion[] };

/** What became of a member; or who has to be asked about directly before anything can. */
export type Converged =
  | {
      outcome: Outcome;
      changes: readonly Change[];
      teamId: string | null;
      userId: string | null;
      /** The row is active: what a sweep counts. */
      isActive: boolean;
    }
  | { look: readonly string[]; because: LookBecause };

/** Member id -> what became of it, or why nothing did. Each task's member is in it. */
export type ConvergeResult = Map<string, Converged | Error>;

export type ConvergeOptions = {
  /** Move the date of users that are right already; without it they cost no write. */
  stampUnchanged: boolean;
  /** Record nothing of readings that came too late or concern nobody: their hints are handled another way. */
  onlyIfApplied?: boolean;
  /** Decide, and write nothing at all: what would change now? */
  dryRun?: boolean;
  /** Members who were asked for too, and of whom nothing could be understood. */
  unreadable?: ReadonlySet<string>;
  /** No event said that something changed: a search alone takes nothing from anybody who is there. */
  isUnasked?: boolean;
};

export type ConvergeDependencies = {
  database: Database;
  notices?: Notices | undefined;
  /** Told when somebody was put out. */
  onLeft?: (() => void) | undefined;
  /** Asks Stytch directly about some of a search's members; false if they have what it would take. Without it: believed. */
  spotCheck?: ((readings: readonly Reading[]) => Promise<boolean>) | undefined;
};

/** At 1,000 members a transaction takes some 150 ms; longer ones only make others wait. */
const membersPerTransaction = 1000;
/** A member with thousands of roles weighs as much as a thousand others. */
const roleValuesPerTransaction = 20_000;
/** Transactions that collide wait up to 40, 80 and 160 ms in between; one that collides four times fails, and its job tries again. */
const triesPerTransaction = 4;

/**
 * Makes the database equal to the readings: loads and locks the rows, plans, writes, and records, in one transaction. It
 * may run twice, at the same time as itself, or die in the middle: either all of it happened or nothing, and what
 * happened once plans to nothing the second time. When PostgreSQL refuses a batch, the batch is halved until the one
 * member that it can't take stands alone.
 */
export async function converge(
  deps: ConvergeDependencies,
  tasks: readonly Task[],
  options: ConvergeOptions,
): Promise<ConvergeResult> {
  const result: ConvergeResult = new Map();
  for (const part of byWeight(tasks)) {
    for (const [memberId, converged] of await convergeExamined(deps, part, options)) result.set(memberId, converged);
  }
  return result;
}

/**
 * A search that would take something from many of a team at once is believed only if Stytch, asked directly, agrees. The
 * other teams' members are none the worse for it.
 */
async function convergeExamined(
  deps: ConvergeDependencies,
  tasks: readonly Task[],
  options: ConvergeOptions,
): Promise<ConvergeResult> {
  try {
    return await convergeOrSplit(deps, tasks, { ...options, searchTakes: options.isUnasked ? 'never' : 'after_event' });
  } catch (error) {
    if (!(error instanceof TakesTooMuch) || !deps.spotCheck) throw error;
    const isOfTeam = ({ reading }: Task) => reading.member.organizationId === error.organizationId;
    const [ofTeam, others] = [tasks.filter(isOfTeam), tasks.filter((task) => !isOfTeam(task))];
    const examined = (await deps.spotCheck(error.readings))
      ? await convergeOrSplit(deps, ofTeam, { ...options, searchTakes: 'always' })
      : refuted(deps, ofTeam, error.teamId);
    return new Map([...examined, ...(others.length > 0 ? await convergeExamined(deps, others, options) : [])]);
  }
}

function refuted({ notices }: ConvergeDependencies, tasks: readonly Task[], teamId: string): ConvergeResult {
  notices?.searchRefuted(teamId);
  const what = `A search of Stytch's would take roles from many of team ${teamId} who have them. Nothing of it was applied.`;
  return failedAlike(tasks, new TransientError(what));
}

type Decisions = ConvergeOptions & { searchTakes: SearchRevokes };

async function convergeOrSplit(
  deps: ConvergeDependencies,
  tasks: readonly Task[],
  options: Decisions,
): Promise<ConvergeResult> {
  try {
    return await convergeTogether(deps, tasks, options);
  } catch (error) {
    if (error instanceof TakesTooMuch) throw error;
    const failure = failureOf(error);
    if (failure.kind === 'away' || tasks.length === 1) return failedAlike(tasks, failure.error);
  }
  const middle = Math.ceil(tasks.length / 2);
  const first = await convergeOrSplit(deps, tasks.slice(0, middle), options);
  const second = await convergeOrSplit(deps, tasks.slice(middle), options);
  return new Map([...first, ...second]);
}

async function convergeTogether(
  deps: ConvergeDependencies,
  tasks: readonly Task[],
  options: Decisions,
): Promise<ConvergeResult> {
  for (let tries = 1; ; tries++) {
    try {
      const result = await deps.database.$transaction((tx) => convergeIn(tx, deps, tasks, options));
      if (!options.dryRun && [...result.values()].some(hasLeft)) deps.onLeft?.();
      return result;
    } catch (error) {
      const again = error instanceof Contested || databaseProblem(error).kind === 'collided';
      if (!again || tries === triesPerTransaction) throw error;
      await sleep(Math.random() * 20 * 2 ** tries); // so that the two that collided don't meet again
    }
  }
}

async function convergeIn(tx: Transaction, deps: ConvergeDependencies, tasks: readonly Task[], options: Decisions) {
  const readings = tasks.map(({ reading }) => reading);
  const world = await loadWorld(tx, readings);
  const datedAhead = world.users.filter(({ isDatedAhead }) => isDatedAhead).length;
  if (datedAhead > 0) deps.notices?.datedAhead(datedAhead);
  const planned = plan(world, readings, options);
  if (deps.spotCheck && options.searchTakes !== 'always') await refuseTooMuch(tx, world, readings, planned);
  const plans = postponed(planned);
  const writes = readings.flatMap(({ member, date }): Write[] => {
    const planned = plans.get(member.memberId);
    return planned?.decision === 'write' ? [{ plan: planned, date }] : [];
  });
  if (!options.dryRun) await writePlans(tx, writes, options.stampUnchanged);
  const decided = tasks.map((task) => ({ ...task, converged: convergedOf(world, task.reading, plans) }));
  const events = decided.flatMap(({ reading, occasions, converged }) => eventsOf(reading, occasions, converged));
  if (!options.dryRun) await recordEvents(tx, options.onlyIfApplied ? events.filter(isApplied) : events);
  return new Map(decided.map(({ reading, converged }) => [reading.member.memberId, converged]));
}

function hasLeft(converged: Converged): boolean {
  return 'changes' in converged && converged.changes.some(({ type }) => type === 'user_deactivated');
}

/** Thrown inside the transaction, so that nothing is written. */
class TakesTooMuch extends Error {
  readonly teamId: string;
  readonly organizationId: string | null;
  readonly readings: readonly Reading[];

  constructor(teamId: string, readings: readonly Reading[]) {
    super(`A search would take something from ${readings.length} members of team ${teamId}`);
    this.teamId = teamId;
    this.organizationId = readings[0]?.member.organizationId ?? null;
    this.readings = readings;
  }
}

/** @throws TakesTooMuch */
async function refuseTooMuch(
  tx: Transaction,
  world: World,
  readings: readonly Reading[],
  plans: ReadonlyMap<string, MemberPlan>,
): Promise<void> {
  const byTeam = revocationsByTeam(readings, plans, ({ member }) =>
    world.teamByOrganization.get(member.organizationId ?? ''),
  );
  for (const [teamId, takings] of byTeam) {
    if (!revokesTooMuch(takings.length, 0)) continue; // few in any team: spares the question how large it is
    const team = await tx.teamSync.findUnique({ where: { teamId }, select: { sweptMembers: true } });
    if (revokesTooMuch(takings.length, team?.sweptMembers ?? 0)) throw new TakesTooMuch(teamId, takings);
  }
}

function convergedOf(world: World, { member }: Reading, plans: Map<string, MemberPlan>): Converged {
  const planned = plans.get(member.memberId);
  if (planned === undefined) throw new Error('Each reading has a plan');
  if (planned.decision === 'look') return { look: planned.memberIds, because: planned.because };
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

/** One reading explains one hint: the oldest gets the changes, the others saw nothing more to do. */
function eventsOf({ member }: Reading, occasions: readonly Occasion[], converged: Converged): SyncEvent[] {
  if ('look' in converged) return [];
  const { outcome, changes, teamId } = converged;
  return occasions
    .map((occasion, i): SyncEvent => {
      const explained =
        i === 0 || outcome !== 'changed' ? { outcome, changes } : { outcome: 'unchanged' as const, changes: [] };
      return { ...occasion, ...explained, teamId, memberId: member.memberId };
    })
    .filter(({ trigger, outcome }) => trigger === 'hint' || trigger === 'replay' || outcome === 'changed');
}

function isApplied({ outcome }: SyncEvent): boolean {
  return outcome === 'changed' || outcome === 'unchanged';
}

function failureOf(error: unknown): { kind: 'alone' | 'away'; error: Error } {
  if (error instanceof TooHeavy) return { kind: 'alone', error: new PermanentError(tooHeavy) };
  if (error instanceof Contested) return { kind: 'alone', error: new TransientError(error.message) };
  if (error instanceof TypeError || error instanceof RangeError) throw error; // ours, not the database's
  const { kind, code } = databaseProblem(error);
  if (kind === 'away') return { kind, error: databaseAway(code) };
  if (kind === 'collided') {
    return { kind: 'alone', error: new TransientError(`The Scanner database refused a member for now (${code}).`) };
  }
  return {
    kind: 'alone',
    error: new PermanentError(`The Scanner database can't hold what Stytch says of a member (${code}).`),
  };
}

/** Of one member; several are halved. */
const tooHeavy =
  'A member could be one of several users who hold too many roles to be compared. Check the roles in the IdP.';

function failedAlike(tasks: readonly Task[], failure: Error): ConvergeResult {
  return new Map(tasks.map(({ reading }) => [reading.member.memberId, failure]));
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
