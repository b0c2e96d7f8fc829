import { type Database, databaseClock, readingDatabase } from '../database.js';
import type { Instant } from '../directory/instant.js';
import { Hopeless, Unavailable } from '../failures.js';
import { type Converged, type ConvergeResult, converge, type Task } from './converge.js';
import type { MembersRead, ReadMembers, Wanted } from './read-members.js';
import type { Occasion } from './record-events.js';

/** A member to look at, and why. */
export type Look = Wanted & { occasions: readonly Occasion[] };

export type Became = Exclude<Converged, { readFirst: readonly string[] }>;

/** Member id -> what became of it, or why it could not be reconciled now. */
export type Settled = Map<string, Became | Error>;

/** Deciding about one member can take a look at others, and a row may have been read anew meanwhile; in practice one extra round. */
const roundsMax = 4;

/**
 * Reads the members' state now and makes the database equal to it. The fence is taken before the read, so that whatever
 * was applied meanwhile by somebody who read later is left alone.
 * @param onRead called when Stytch has answered: the next batch may read while this one is applied
 * @param dryRun decide, and write nothing: what would change now?
 */
export async function reconcileMembers(
  { database, readMembers }: { database: Database; readMembers: ReadMembers },
  looks: readonly Look[],
  onRead: () => void = () => {},
  { dryRun = false } = {},
): Promise<Settled> {
  const settled: Settled = new Map();
  let open = looks;
  for (let round = 1; open.length > 0 && round <= roundsMax; round++) {
    const fence = await readingDatabase(() => databaseClock(database));
    const read = await readMembers(open);
    onRead();
    const failed = failuresIn(read);
    const unreadable = new Set(failed.filter(([, error]) => error instanceof Hopeless).map(([memberId]) => memberId));
    const options = { stampUnchanged: true, dryRun, unreadable };
    const converged = await converge(database, tasksOf(open, read, fence), options);
    open = settle(settled, open, new Map([...converged, ...failed]));
  }
  for (const { memberId } of open) settled.set(memberId, new Unavailable(undecided(memberId)));
  return settled;
}

function undecided(memberId: string): string {
  return `Which user member ${memberId} is could not be told: those who have its external id can't be read now, or keep changing.`;
}

function tasksOf(looks: readonly Look[], read: MembersRead, fence: Instant): Task[] {
  return looks.flatMap(({ memberId, occasions }) => {
    const member = read.get(memberId);
    return member === undefined || member instanceof Error ? [] : [{ reading: { member, fence }, occasions }];
  });
}

function failuresIn(read: MembersRead): [string, Error][] {
  return [...read].filter((entry): entry is [string, Error] => entry[1] instanceof Error);
}

/** Files what is decided; returns what must be looked at again, together with the members it hangs on. */
function settle(settled: Settled, looks: readonly Look[], results: ConvergeResult): Look[] {
  const again = new Map<string, Look>();
  const asked = new Map(looks.map((look) => [look.memberId, look]));
  for (const look of looks) {
    const result = results.get(look.memberId) ?? new Unavailable(`Member ${look.memberId} was not handled.`);
    if (result instanceof Error || !('readFirst' in result)) {
      settled.set(look.memberId, result);
      continue;
    }
    again.set(look.memberId, look);
    for (const memberId of result.readFirst) {
      const other = asked.get(memberId) ?? { ...look, memberId, occasions: [{ trigger: 'recheck' }] };
      again.set(memberId, other);
    }
  }
  return [...again.values()];
}
