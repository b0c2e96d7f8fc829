import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, withDatabaseErrors } from '../database/database.js';
import { RateLimited } from '../errors/errors.js';
import type { StytchDirectory } from './directory.js';

/** Who searches: a leaver is never made to wait, hints wait little, second looks and sweeps take what is left. */
export type Urgency = 'leaver' | 'hint' | 'recheck' | 'sweep';

/**
 * How much of a minute's searches may have been used, by anybody, when each searches: at its beginning, and how much more
 * until its end. So the more urgent find something left, a quiet minute saves up for a burst, and under a steady load
 * turns come evenly: hints that wait less than a second for theirs share it. In the last 12 s of a minute the lines have
 * crossed: some 15 searches are for second looks and sweeps, however many hints there are. The last 8 % are for leavers.
 */
const shares: Record<Urgency, { atOnce: number; spread: number }> = {
  leaver: { atOnce: 1, spread: 0 },
  hint: { atOnce: 0.2, spread: 0.67 },
  recheck: { atOnce: 0.02, spread: 0.9 },
  sweep: { atOnce: 0, spread: 0.92 },
};

/** So that those who wait for the same turn don't all ask at once. */
const jitterMs = 50;

/** A directory whose searches come in turn. */
export type BudgetedDirectory = StytchDirectory & {
  /** Waits for the next search's turn ahead of it, so that what it is to ask for can be gathered until then. */
  takeTurn(): Promise<void>;
};

/**
 * The same directory, its searches counted against one budget of all processes: Stytch's limit is for the project, and
 * its minutes are the clock's. Kept in the database, because it is there on either kind of queue, and a hundred rows
 * touched a minute are nothing.
 */
export function withSearchBudget(
  stytch: StytchDirectory,
  database: Database,
  budget: { perMinute: number; urgency: Urgency },
): BudgetedDirectory {
  let line: Promise<unknown> = Promise.resolve();
  let takenIn = 0; // the minute of a turn that was taken ahead; in another minute it counts no more
  const inLine = (): Promise<void> => {
    const turn = line.then(() => waitForTurn(database, budget));
    line = turn.catch(() => {}); // whoever is next asks anew
    return turn;
  };
  const turn = async () => {
    if (budget.urgency === 'leaver') await takeOrRefuse(database, budget);
    else await inLine();
  };
  return {
    getMember: stytch.getMember,
    searchMembers: async (search, options) => {
      const isTaken = takenIn === minute();
      takenIn = 0;
      if (!isTaken) await turn();
      return stytch.searchMembers(search, options);
    },
    takeTurn: async () => {
      if (takenIn === minute()) return; // taken for a search that then was not needed
      await turn();
      takenIn = minute();
    },
  };
}

function minute(): number {
  return Math.floor(Date.now() / 60_000);
}

type Budget = { perMinute: number; urgency: Urgency };

async function waitForTurn(database: Database, budget: Budget): Promise<void> {
  for (;;) {
    const { taken, used, second } = await take(database, budget);
    if (taken) return;
    const waitSeconds = Math.min(secondOfTurn(budget, used), 60) - second;
    await sleep(Math.max(waitSeconds * 1000, 0) + jitterMs * (0.5 + Math.random()));
  }
}

/** The second of the minute from which one more may be used. */
function secondOfTurn({ perMinute, urgency }: Budget, used: number): number {
  const { atOnce, spread } = shares[urgency];
  return (60 * (used / perMinute - atOnce)) / spread - 1;
}

/** A leaver's signed event is enough when Stytch can't be asked, so it does not wait for the next minute. */
async function takeOrRefuse(database: Database, budget: Budget): Promise<void> {
  if (!(await take(database, budget)).taken) throw new RateLimited("This minute's searches are used up.");
}

type Take = { taken: boolean; used: number; second: number };

/** One statement, so any number of processes may take at once and none takes too much. */
async function take(database: Database, { perMinute, urgency }: Budget): Promise<Take> {
  const { atOnce, spread } = shares[urgency];
  const [row] = await withDatabaseErrors(
    () => database.$queryRaw<[Take]>`
      WITH turn AS (
        INSERT INTO stytch_search_budget AS b (minute, used) VALUES (date_trunc('minute', clock_timestamp()), 1)
        ON CONFLICT (minute) DO UPDATE SET used = b.used + 1
          WHERE b.used < ceil(${perMinute}::float8 * (${atOnce}::float8
            + ${spread}::float8 * (extract(second FROM clock_timestamp()) + 1) / 60))
        RETURNING 1
      )
      SELECT EXISTS (SELECT FROM turn) AS taken, extract(second FROM clock_timestamp())::float8 AS second,
        coalesce((SELECT used FROM stytch_search_budget WHERE minute = date_trunc('minute', clock_timestamp())), 0) AS used`,
  );
  return row;
}
