import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, databaseAway, databaseProblem, type Transaction } from '../database.js';
import { type Change, type MemberPlan, plan } from '../directory/plan.js';
import type { Reading, World } from '../directory/world.js';
import { Hopeless, Unavailable } from '../failures.js';
import { Contested, loadWorld } from './load-world.js';
import { type Occasion, type Outcome, recordEvents, type SyncEvent } from './record-events.js';
import { type Write, writePlans } from './write-plans.js';

/** A reading and why it was made: the hints that asked for it (the oldest first), or a sweep. */
export type Task = { reading: Reading; occasions: readonly Occasion[] };

/** What became of a member; or the members that must be read together with it. */
export type Converged =
  | { outcome: Outcome; changes: readonly Change[]; teamId: string | null }
  | { readFirst: readonly string[] };

/** Member id -> what became of it, or why nothing did. Each task's member is in it. */
export type ConvergeResult = Map<string, Converged | Error>;

export type ConvergeOptions = {
  /** Move the fence of users that are right already; without it they cost no write. */
  stampUnchanged: boolean;
  /** Record nothing of readings that came too late or concern nobody: their hints are handled another way. */
  onlyIfApplied?: boolean;
  /** Decide, and write nothing at all: what would change now? */
  dryRun?: boolean;
  /** Members who were asked for too, and of whom nothing could be understood. */
  unreadable?: ReadonlySet<string>;
};

/** At 1,000 members a transaction takes some 150 ms; longer ones only make others wait. */
const membersPerTransaction = 1000;
/** A member with thousands of roles weighs as much as a thousand others. */
const roleValuesPerTransaction = 20_000;
const triesPerTransaction = 4;

/**
 * Makes the database equal to the readings: loads and locks the rows, plans, writes, and records, in one transaction. It
 * may run twice, at the same time as itself, or die in the middle: either all of it happened or nothing, and what
 * happened once plans to nothing the second time. When PostgreSQL refuses a batch, the batch is halved until the one
 * member that it can't take stands alone.
 */
export async function converge(
  database: Database,
  tasks: readonly Task[],
  options: ConvergeOptions,
): Promise<ConvergeResult> {
  const result: ConvergeResult = new Map();
  for (const part of byWeight(tasks)) {
    for (const [memberId, converged] of await convergeOrSplit(database, part, options)) result.set(memberId, converged);
  }
  return result;
}

async function convergeOrSplit(
  database: Database,
  tasks: readonly Task[],
  options: ConvergeOptions,
): Promise<ConvergeResult> {
  try {
    return await convergeTogether(database, tasks, options);
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === 'away' || tasks.length === 1) return failedAlike(tasks, failure.error);
  }
  const middle = Math.ceil(tasks.length / 2);
  const first = await convergeOrSplit(database, tasks.slice(0, middle), options);
  const second = await convergeOrSplit(database, tasks.slice(middle), options);
  return new Map([...first, ...second]);
}

async function convergeTogether(
  database: Database,
  tasks: readonly Task[],
  options: ConvergeOptions,
): Promise<ConvergeResult> {
  for (let tries = 1; ; tries++) {
    try {
      return await database.$transaction((tx) => convergeIn(tx, tasks, options));
    } catch (error) {
      const again = error instanceof Contested || databaseProblem(error).kind === 'collided';
      if (!again || tries === triesPerTransaction) throw error;
      await sleep(Math.random() * 20 * 2 ** tries); // so that the two that collided don't meet again
    }
  }
}

async function convergeIn(tx: Transaction, tasks: readonly Task[], options: ConvergeOptions) {
  const readings = tasks.map(({ reading }) => reading);
  const world = await loadWorld(tx, readings);
  const plans = plan(world, readings, options.unreadable);
  const writes = readings.flatMap(({ member, fence }): Write[] => {
    const planned = plans.get(member.memberId);
    return planned?.decision === 'write' ? [{ plan: planned, fence }] : [];
  });
  if (!options.dryRun) await writePlans(tx, writes, options.stampUnchanged);
  const decided = tasks.map((task) => ({ ...task, converged: convergedOf(world, task.reading, plans) }));
  const events = decided.flatMap(({ reading, occasions, converged }) => eventsOf(reading, occasions, converged));
  if (!options.dryRun) await recordEvents(tx, options.onlyIfApplied ? events.filter(isApplied) : events);
  return new Map(decided.map(({ reading, converged }) => [reading.member.memberId, converged]));
}

function convergedOf(world: World, { member }: Reading, plans: Map<string, MemberPlan>): Converged | Error {
  const planned = plans.get(member.memberId);
  if (planned === undefined) throw new Error('Each reading has a plan');
  if (planned.decision === 'read_first') return { readFirst: planned.memberIds };
  if (planned.decision === 'write') {
    const outcome = planned.changes.length > 0 ? 'changed' : 'unchanged';
    return { outcome, changes: planned.changes, teamId: planned.row.teamId };
  }
  if (planned.because === 'other_team') {
    return new Hopeless(
      `Member ${member.memberId} belongs to organization ${member.organizationId}, but user ${planned.user?.id} of ` +
        'another team holds its id. Correct users.stytch_member_id, then replay.',
    );
  }
  const teamId = planned.user?.teamId ?? world.teamByOrganization.get(member.organizationId ?? '') ?? null;
  return { outcome: planned.because, changes: [], teamId };
}

/** One reading explains one hint: the oldest gets the changes, the others saw nothing more to do. */
function eventsOf({ member }: Reading, occasions: readonly Occasion[], converged: Converged | Error): SyncEvent[] {
  if (converged instanceof Error || 'readFirst' in converged) return [];
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
  if (error instanceof Contested) return { kind: 'alone', error: new Unavailable(error.message) };
  if (error instanceof TypeError || error instanceof RangeError) throw error; // ours, not the database's
  const { kind, code } = databaseProblem(error);
  if (kind === 'away') return { kind, error: databaseAway(code) };
  if (kind === 'collided') {
    return { kind: 'alone', error: new Unavailable(`The Scanner database refused a member for now (${code}).`) };
  }
  return {
    kind: 'alone',
    error: new Hopeless(`The Scanner database can't hold what Stytch says of a member (${code}).`),
  };
}

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
